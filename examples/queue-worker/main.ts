/**
 * A worker over a queue of files: `node main.js FOLDER` judges each `FOLDER/todo/*.json` ({"id", "text", "image"}, the image
 * a file beside it) and moves it to `done`, with its answer, or to `dead` with its error. A passing failure leaves it in
 * `todo`, to be tried again, five times at most. Stopping at any moment loses nothing: a job is in `todo` until its
 * answer is on disk. It ends when `todo` is empty.
 *
 * With REVIEW_BUS, the name of an EventBridge bus, a post for review is put on it, and so is a post that could not be
 * judged. A job is `done` only when its event was taken: one that cannot be sent fails the job. Exit code 1: events of
 * jobs in `dead` were not sent.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  imageFile,
  type Judged,
  ModerationClient,
  ModerationClientError,
  ReviewSender,
  reviewEvent,
} from '../../lib/client/index.js';

interface Job {
  /** A string: JSON numbers lose digits of long ids. Without one, the name of the file is the id. */
  readonly id?: string;
  readonly text?: string;
  /** The name of a file in `todo`. */
  readonly image?: string;
  /** How often it was tried in vain. */
  readonly failures?: number;
}

const MAX_FAILURES = 5;
const PAUSE_MS = Number(process.env['PAUSE_MS'] ?? 1000);
/** The endpoint to call; without one, the server of MODERATION_URL, and reviews bear the name `moderation`. */
const ENDPOINT = process.env['MODERATION_ENDPOINT'];
const BUS = process.env['REVIEW_BUS'];

const folder = process.argv[2];
if (folder === undefined) {
  console.error('usage: node queue-worker/main.js FOLDER');
  process.exit(2);
}
const [todo, done, dead] = ['todo', 'done', 'dead'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];
await Promise.all([todo, done, dead].map((path) => mkdir(path, { recursive: true })));

const stop = new AbortController();
process.once('SIGINT', () => stop.abort()).once('SIGTERM', () => stop.abort());

// The queue does the retrying: it outlives this process.
const retry = { maxAttempts: 1 };
const client =
  ENDPOINT === undefined
    ? new ModerationClient({ url: process.env['MODERATION_URL'] ?? 'http://127.0.0.1:8080', retry })
    : new ModerationClient({ endpointName: ENDPOINT, retry });
const reviews = BUS === undefined ? undefined : new ReviewSender({ eventBusName: BUS });

while (!stop.signal.aborted) {
  const names = (await readdir(todo)).filter((name) => name.endsWith('.json')).sort();
  if (names.length === 0) break;
  let failed = false;
  for (const name of names) {
    if (stop.signal.aborted) break;
    failed = (await work(name)) === 'failed' || failed;
  }
  if (failed) await delay(PAUSE_MS, undefined, { signal: stop.signal }).catch(() => undefined);
}
client.close();
reviews?.close();

async function work(name: string): Promise<'finished' | 'failed'> {
  const path = join(todo, name);
  let job: Job = {};
  try {
    job = checked(JSON.parse(await readFile(path, 'utf8')) as Job);
    const image = job.image === undefined ? undefined : imageFile(join(todo, basename(job.image)));
    const id = job.id ?? basename(name, '.json');
    const answer = await client.classify({ id, text: job.text, image }, { signal: stop.signal });
    const { prediction, verdict } = answer;
    const inReview = await sendForReview(answer, name, job);
    await finish(done, name, { ...job, verdict, prediction });
    console.log(`${name} ${verdict}${inReview ? ', sent to review' : ''}`);
    return 'finished';
  } catch (error) {
    if (stop.signal.aborted) return 'failed';
    return giveUpOrRetry(name, job, error);
  }
}

function checked(job: Job): Job {
  if (job.id !== undefined && typeof job.id !== 'string') throw new TypeError('id is not a string');
  return job;
}

/** Whether the post is for review; its event was taken then. */
async function sendForReview(judged: Judged, name: string, { id }: Job): Promise<boolean> {
  if (reviews === undefined) return false;
  const event = await reviewEvent(judged, {
    endpointName: ENDPOINT ?? 'moderation',
    id: id ?? basename(name, '.json'),
  });
  if (event !== undefined) await reviews.send(event, { signal: stop.signal });
  return event !== undefined;
}

async function giveUpOrRetry(name: string, job: Job, error: unknown): Promise<'finished' | 'failed'> {
  const { code, retryable } =
    error instanceof ModerationClientError ? error : { code: 'unreadable_job', retryable: false };
  const failures = (job.failures ?? 0) + 1;
  if (retryable && failures < MAX_FAILURES) {
    await replace(join(todo, name), { ...job, failures });
    console.log(`${name} ${code}, to be tried again`);
    return 'failed';
  }
  const review = await reviewOfUnjudged(name, job, error);
  if (stop.signal.aborted) return 'failed';
  await finish(dead, name, { ...job, failures, code, ...(review !== undefined && { review }) });
  console.log(`${name} ${code}, not judged${review === undefined ? '' : `; review: ${review}`}`);
  if (review !== undefined && review !== 'sent') process.exitCode = 1;
  return 'finished';
}

/** What became of the event of a post without an answer: `sent`, or why not. Undefined where nobody asked for events. */
async function reviewOfUnjudged(name: string, job: Job, error: unknown): Promise<string | undefined> {
  if (reviews === undefined || !(error instanceof ModerationClientError)) return undefined;
  if (error.code === 'review_not_sent') return error.message;
  try {
    await sendForReview(error, name, job);
    return 'sent';
  } catch (failure) {
    if (failure instanceof ModerationClientError) return failure.message;
    throw failure;
  }
}

/** The answer is on disk before the job leaves the queue. Judging a job twice after a crash does no harm. */
async function finish(target: string, name: string, content: object): Promise<void> {
  await replace(join(target, name), content);
  await rm(join(todo, name));
}

/** Whole or not at all. */
async function replace(path: string, content: object): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify(content)}\n`);
  await rename(`${path}.new`, path);
}
