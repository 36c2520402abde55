/**
 * A backend that takes uploads: `POST /uploads?caption=…` with the image as body. What the verdict allows is published, what
 * it flags is refused, and everything else is kept for a person. Nothing is published unjudged: a parameter that is not the
 * one caption would be shown and never read by the model, so it is refused.
 */
import { randomUUID } from 'node:crypto';
import express, { type NextFunction, type Request, type Response } from 'express';
import {
  type Action,
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
  const caption = captionOf(request);
  if (caption === null) {
    response.status(400).json({ id, status: 'refused', code: 'invalid_query' });
    return;
  }
  const image = Buffer.isBuffer(request.body) && request.body.length > 0 ? request.body : undefined;
  try {
    const { verdict } = await client.classify({ id, text: caption, image }, { frames: true, windows: true });
    answer(verdict, id, response);
  } catch (error) {
    answerUnjudged(error, id, response);
  }
});

/** The caption; undefined where there is none, and null where the query holds anything but one. */
function captionOf(request: Request): string | undefined | null {
  const query = new URL(request.url, 'http://localhost').searchParams;
  const keys = [...query.keys()];
  if (keys.length > 1 || keys.some((key) => key !== 'caption')) return null;
  return query.get('caption') ?? undefined;
}

function answer(verdict: Action, id: string, response: Response): void {
  if (verdict === 'allow') response.status(201).json({ id, status: 'published' });
  else if (verdict === 'flag') response.status(422).json({ id, status: 'refused' });
  else response.status(202).json({ id, status: 'held for review' });
}

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
