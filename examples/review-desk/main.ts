/**
 * The reviewers' side: `node main.js QUEUE_URL FILE.jsonl` takes the posts for review out of the queue, and writes a line for
 * each to FILE: which post, and why a person must look. A message is deleted only when its line is on disk, so stopping
 * at any moment loses nothing. The same post may come twice: a request that stands in FILE is not written again. What is
 * not a review event is left, and comes to the dead-letter queue. It ends when the queue is empty. Exit code 1: some
 * messages were left.
 */
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { DeleteMessageCommand, type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type DeliveredReview, readReview } from '../../lib/client/index.js';

const [queueUrl, path] = process.argv.slice(2);
if (queueUrl === undefined || path === undefined) {
  console.error('usage: node review-desk/main.js QUEUE_URL REVIEWS.jsonl');
  process.exit(2);
}
/** Seconds that an empty queue is waited for. */
const WAIT_S = Number(process.env['WAIT_S'] ?? 20);

const stop = new AbortController();
process.once('SIGINT', () => stop.abort()).once('SIGTERM', () => stop.abort());

const sqs = new SQSClient({});
const known = await linesOf(path);
const file = await open(path, 'a');
let [written, left] = [0, 0];
try {
  await file.truncate(known.bytes);
  for (let messages = await receive(); messages.length > 0; messages = await receive()) {
    for (const message of messages) await take(message, file);
  }
} catch (error) {
  if (!stop.signal.aborted) throw error;
} finally {
  await file.close();
  sqs.destroy();
}
console.log(`${written} posts for review, ${left} messages left${stop.signal.aborted ? '; stopped' : ''}`);
process.exitCode = stop.signal.aborted ? 130 : left > 0 ? 1 : 0;

async function receive(): Promise<Message[]> {
  const command = new ReceiveMessageCommand({
    QueueUrl: queueUrl,
    MaxNumberOfMessages: 10,
    WaitTimeSeconds: WAIT_S,
  });
  return (await sqs.send(command, { abortSignal: stop.signal })).Messages ?? [];
}

async function take({ Body = '', ReceiptHandle }: Message, to: FileHandle): Promise<void> {
  const review = read(Body);
  if (review === undefined) {
    left += 1;
    return;
  }
  const key = keyOf(review.detail);
  if (!known.keys.has(key)) {
    await to.write(`${JSON.stringify(lineOf(review))}\n`);
    await to.sync();
    known.keys.add(key);
    written += 1;
  }
  await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
}

function read(body: string): DeliveredReview | undefined {
  try {
    return readReview(body);
  } catch (error) {
    console.error((error as Error).message);
    return undefined;
  }
}

function lineOf({ time, detail }: DeliveredReview): object {
  const { endpoint, post, request_id, reasons, prediction, content } = detail;
  return { time, endpoint, post, request_id, reasons, probabilities: prediction?.probabilities, content };
}

type Key = Pick<DeliveredReview['detail'], 'endpoint' | 'post' | 'request_id'>;

function keyOf({ endpoint, post, request_id }: Key): string {
  return JSON.stringify([endpoint, post.id, post.index, request_id]);
}

/** What an earlier run left: a line that it had begun only is cut off. */
async function linesOf(name: string): Promise<{ keys: Set<string>; bytes: number }> {
  const text = await readFile(name, 'utf8').catch(() => '');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const lines = whole.split('\n').slice(0, -1);
  return {
    keys: new Set(lines.map((line) => keyOf(JSON.parse(line) as Key))),
    bytes: Buffer.byteLength(whole),
  };
}
