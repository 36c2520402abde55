/**
 * A backend that takes uploads: `POST /uploads?caption=…` with the image as body. What was judged harmless is published,
 * what is harmful is refused, and what could not be judged is kept for a person. Nothing is published unjudged.
 */
import { randomUUID } from 'node:crypto';
import express, { type NextFunction, type Request, type Response } from 'express';
import {
  ImageError,
  ModerationClient,
  ModerationClientError,
  TooLargeError,
} from '../../lib/client/index.js';

const client = new ModerationClient({
  url: process.env['MODERATION_URL'] ?? 'http://127.0.0.1:8080',
  // Somebody waits for the answer: better a person's look later than a long wait now.
  timeoutMs: 5000,
  retry: { maxAttempts: 3 },
});

const app = express();
app.disable('x-powered-by');

app.post('/uploads', express.raw({ type: () => true, limit: '20mb' }), async (request, response) => {
  const id = randomUUID();
  const caption = typeof request.query['caption'] === 'string' ? request.query['caption'] : undefined;
  const image = Buffer.isBuffer(request.body) && request.body.length > 0 ? request.body : undefined;
  try {
    const { prediction } = await client.classify({ id, text: caption, image });
    if (prediction.any_harmful) response.status(422).json({ id, status: 'refused' });
    else response.status(201).json({ id, status: 'published' });
  } catch (error) {
    answerUnjudged(error, id, response);
  }
});

/** The caller's own mistake is told; everything else sends the upload to a person. */
function answerUnjudged(error: unknown, id: string, response: Response): void {
  const code = error instanceof ModerationClientError ? error.code : 'defect';
  console.error(JSON.stringify({ id, code, message: 'not judged' }));
  const theirs = error instanceof ImageError || error instanceof TooLargeError || code === 'empty_item';
  if (theirs) response.status(400).json({ id, status: 'refused', code });
  else response.status(202).json({ id, status: 'held for review' });
}

// Express knows an error handler by its four parameters. What the body parser refuses was not judged either.
app.use((error: { status?: number }, _request: Request, response: Response, _next: NextFunction) => {
  response.status(error.status ?? 500).json({ status: 'refused' });
});

const server = app.listen(Number(process.env['PORT'] ?? 8090), '127.0.0.1', (error) => {
  if (error) throw error;
  const address = server.address();
  console.log(`listening on http://127.0.0.1:${typeof address === 'object' && address ? address.port : ''}`);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => server.close(() => client.close()));
}
