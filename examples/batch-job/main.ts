/**
 * A batch job: `node main.js posts.csv results.jsonl`. The CSV has the columns `id`, `text` and `image`, a path beside it.
 * Each line of the output is one post's answer or error. Run it again after a stop and it goes on behind the last whole
 * line. Exit code 1: some posts have no answer; they were not judged.
 */
import { createReadStream } from 'node:fs';
import { open, readFile, realpath } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import { parse } from 'csv-parse';
import { imageFile, ModerationClient, type Outcome, type Post } from '../../lib/client/index.js';

const [input, output] = process.argv.slice(2);
if (input === undefined || output === undefined) {
  console.error('usage: node batch-job/main.js POSTS.csv RESULTS.jsonl');
  process.exit(2);
}

const stop = new AbortController();
process.once('SIGINT', () => stop.abort()).once('SIGTERM', () => stop.abort());

const client = new ModerationClient({ url: process.env['MODERATION_URL'] ?? 'http://127.0.0.1:8080' });
const base = await realpath(dirname(input));
const written = await wholeLines(output);
let unjudged = written.unjudged;
let count = written.lines;
const file = await open(output, 'a');
try {
  await file.truncate(written.bytes);
  // Outcomes come in the order of the input, so the number of lines says where to go on.
  for await (const outcome of client.classifyMany(posts(written.lines), { signal: stop.signal })) {
    await file.write(`${JSON.stringify(lineOf(outcome))}\n`);
    if (!outcome.ok) unjudged += 1;
    count += 1;
  }
} catch (error) {
  if (!stop.signal.aborted) throw error;
} finally {
  await file.close();
  client.close();
}
console.log(
  `${count} posts, ${unjudged} not judged${stop.signal.aborted ? '; stopped, run it again to go on' : ''}`,
);
process.exitCode = stop.signal.aborted ? 130 : unjudged > 0 ? 1 : 0;

async function* posts(skip: number): AsyncGenerator<Post> {
  let number = 0;
  const rows = createReadStream(input ?? '').pipe(parse({ bom: true, columns: true }));
  for await (const { id, text, image } of rows as AsyncIterable<Record<string, string>>) {
    number += 1;
    if (number <= skip) continue;
    yield {
      id: id || undefined,
      text: text || undefined,
      image: image ? imageFile(inside(image)) : undefined,
    };
  }
}

/** A list of posts must not send other files away; a path that leaves its folder names no file. */
function inside(path: string): string {
  const whole = resolve(base, path);
  return whole.startsWith(base + sep) ? whole : resolve(base, 'no-such-file');
}

function lineOf(outcome: Outcome): object {
  const { id, ok } = outcome;
  return ok ? { id, prediction: outcome.prediction } : { id, error: { code: outcome.error.code } };
}

/** What an earlier run left: a line that it had begun only is cut off. */
async function wholeLines(path: string): Promise<{ lines: number; bytes: number; unjudged: number }> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const lines = whole.split('\n').slice(0, -1);
  const failed = lines.filter((line) => 'error' in JSON.parse(line));
  return { lines: lines.length, bytes: Buffer.byteLength(whole), unjudged: failed.length };
}
