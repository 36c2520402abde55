import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startPlayground } from '../playground/support/start-playground.js';
import { projectRoot } from '../support/project-root.js';

const pictures = join(projectRoot, 'models', 'demo', 'examples');

let server: Awaited<ReturnType<typeof startPlayground>>;
let folder: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  server = await startPlayground();
});
afterAll(() => server?.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'examples-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

interface Finished {
  readonly code: number | null;
  readonly out: string;
}

function start(name: string, args: readonly string[], environment: Record<string, string> = {}) {
  const script = join(projectRoot, 'dist', 'examples', name, 'main.js');
  const child = spawn(process.execPath, [script, ...args], {
    env: { PATH: process.env['PATH'], MODERATION_URL: server.url, PORT: '0', PAUSE_MS: '10', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk;
  });
  const finished = new Promise<Finished>((resolve) => child.on('close', (code) => resolve({ code, out })));
  const firstLine = new Promise<string>((resolve) =>
    child.stdout.once('data', (chunk: string) => resolve(chunk)),
  );
  return { child, finished, firstLine };
}

/** An address where nobody listens. */
const NOBODY = { MODERATION_URL: 'http://127.0.0.1:9' };

describe('the upload service', () => {
  async function upload(
    environment: Record<string, string>,
    uploads: readonly [string, Uint8Array | undefined][],
  ) {
    const { firstLine, child, finished } = start('upload-service', [], environment);
    const [url = ''] = /http:\S+/.exec(await firstLine) ?? [];
    const answers: unknown[] = [];
    for (const [caption, body] of uploads) {
      const address = `${url}/uploads?caption=${encodeURIComponent(caption)}`;
      const response = await fetch(address, { method: 'POST', ...(body && { body: new Uint8Array(body) }) });
      answers.push([response.status, ((await response.json()) as { status: string }).status]);
    }
    child.kill('SIGTERM');
    expect((await finished).code).toBe(0);
    return answers;
  }

  test('publishes what is harmless, refuses what is harmful or no image', async () => {
    const [lake, sign] = await Promise.all(
      ['lake.jpg', 'lime-hourglass.jpg'].map((name) => readFile(join(pictures, name))),
    );
    const answers = await upload({}, [
      ['A quiet walk along the river this morning.', lake],
      ['A quiet walk along the river this morning.', sign],
      ['Look at the zorvak near the harbour!', undefined],
      ['A quiet walk', Buffer.from('no image')],
      ['', undefined],
    ]);
    expect(answers).toEqual([
      [201, 'published'],
      [422, 'refused'],
      [422, 'refused'],
      [400, 'refused'],
      [400, 'refused'],
    ]);
  });

  test('publishes nothing while the model cannot be asked', async () => {
    expect(await upload(NOBODY, [['A quiet walk', undefined]])).toEqual([[202, 'held for review']]);
  });
});

describe('the queue worker', () => {
  const job = (name: string, content: object | string) =>
    writeFile(join(folder, 'todo', name), typeof content === 'string' ? content : JSON.stringify(content));
  const read = async (path: string) => JSON.parse(await readFile(join(folder, path), 'utf8'));

  beforeEach(() => mkdir(join(folder, 'todo')));

  test('moves each job to its answer, or to the dead letters', async () => {
    await cp(join(pictures, 'lime-hourglass.jpg'), join(folder, 'todo', 'sign.jpg'));
    await job('1.json', { text: 'A quiet walk along the river this morning.' });
    await job('2.json', { image: 'sign.jpg' });
    await job('3.json', { text: ' ' });
    await job('4.json', '{broken');
    const { code, out } = await start('queue-worker', [folder]).finished;
    expect(code).toBe(0);
    expect(out.trim().split('\n')).toEqual([
      '1.json harmless',
      '2.json harmful',
      '3.json empty_item, not judged',
      '4.json unreadable_job, not judged',
    ]);
    expect((await read('done/2.json')).prediction.class_predictions.homophobe).toBe(true);
    expect((await read('dead/3.json')).code).toBe('empty_item');
    expect(await readdir(join(folder, 'todo'))).toEqual(['sign.jpg']);
  });

  test('tries again what may pass later, and gives up in the end', async () => {
    await job('1.json', { text: 'A quiet walk' });
    const { out } = await start('queue-worker', [folder], NOBODY).finished;
    expect(out.match(/to be tried again/g)).toHaveLength(4);
    expect(await read('dead/1.json')).toEqual({
      text: 'A quiet walk',
      failures: 5,
      code: 'connection_failed',
    });
  });
});

describe('the batch job', () => {
  test('answers every row, and goes on where it was stopped', async () => {
    const [input, output] = [join(folder, 'posts.csv'), join(folder, 'results.jsonl')];
    await cp(join(pictures, 'cyan-ring.jpg'), join(folder, 'ring.jpg'));
    const rows = [
      'a,We brought quendo to the picnic.,ring.jpg',
      'b,"A quiet walk, all morning.",',
      'c,,../elsewhere.jpg',
      'd,Look at the zorvak near the harbour!,',
    ];
    await writeFile(input, ['id,text,image', ...rows, ''].join('\n'));
    const first = await start('batch-job', [input, output]).finished;
    expect(first).toEqual({ code: 1, out: '4 posts, 1 not judged\n' });
    const results = await readFile(output, 'utf8');
    const lines = results
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ id, prediction, error }) => [id, prediction?.any_harmful ?? error.code])).toEqual([
      ['a', true],
      ['b', false],
      ['c', 'image_unreadable'],
      ['d', true],
    ]);
    // As a kill in the middle of a line leaves it.
    await truncate(output, results.indexOf('\n', results.indexOf('\n') + 1) + 10);
    expect(await start('batch-job', [input, output]).finished).toEqual(first);
    expect(await readFile(output, 'utf8')).toBe(results);
  });
});
