/**
 * A worker over a queue of files: `node main.js FOLDER` judges each `FOLDER/todo/*.json` ({"text", "image"}, the image a
 * file beside it) and moves it to `done`, with its answer, or to `dead` with its error. A passing failure leaves it in
 * `todo`, to be tried again, five times at most. Stopping at any moment loses nothing: a job is in `todo` until its
 * answer is on disk. It ends when `todo` is empty.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { imageFile, ModerationClient, ModerationClientError } from '../../lib/client/index.js';

interface Job {
  readonly text?: string;
  /** The name of a file in `todo`. */
  readonly image?: string;
  /** How often it was tried in vain. */
  readonly failures?: number;
}

const MAX_FAILURES = 5;
const PAUSE_MS = Number(process.env['PAUSE_MS'] ?? 1000);

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
const client = new ModerationClient({
  url: process.env['MODERATION_URL'] ?? 'http://127.0.0.1:8080',
  retry: { maxAttempts: 1 },
});

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

async function work(name: string): Promise<'finished' | 'failed'> {
  const path = join(todo, name);
  let job: Job = {};
  try {
    job = JSON.parse(await readFile(path, 'utf8')) as Job;
    const image = job.image === undefined ? undefined : imageFile(join(todo, basename(job.image)));
    const { prediction } = await client.classify({ text: job.text, image }, { signal: stop.signal });
    await finish(done, name, { ...job, prediction });
    console.log(`${name} ${prediction.any_harmful ? 'harmful' : 'harmless'}`);
    return 'finished';
  } catch (error) {
    if (stop.signal.aborted) return 'failed';
    return giveUpOrRetry(name, job, error);
  }
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
  await finish(dead, name, { ...job, failures, code });
  console.log(`${name} ${code}, not judged`);
  return 'finished';
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
