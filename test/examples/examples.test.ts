import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { servedPolicy } from '../container/support/policies.js';
import { startTestServer, type TestServer } from '../container/support/test-server.js';
import { startPlayground } from '../playground/support/start-playground.js';
import { projectRoot } from '../support/project-root.js';
import { ReviewServer } from '../support/review-server.js';

const pictures = join(projectRoot, 'models', 'demo', 'examples');

let server: Awaited<ReturnType<typeof startPlayground>>;
let folder: string;
const children: { readonly child: ChildProcess; readonly finished: Promise<Finished> }[] = [];

beforeAll(async () => {
  server = await startPlayground();
});
afterAll(() => server?.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'examples-'));
});
afterEach(async () => {
  for (const { child, finished } of children.splice(0)) {
    child.kill('SIGKILL');
    await finished;
  }
  await rm(folder, { recursive: true });
});

interface Finished {
  readonly code: number | null;
  readonly out: string;
}

function start(name: string, args: readonly string[], environment: Record<string, string> = {}) {
  const script = join(projectRoot, 'dist', 'examples', name, 'main.js');
  const child = spawn(process.execPath, [script, ...args], {
    env: {
      PATH: process.env['PATH'],
      NODE_NO_WARNINGS: '1',
      MODERATION_URL: server.url,
      PORT: '0',
      PAUSE_MS: '10',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk;
  });
  const finished = new Promise<Finished>((resolve) => child.on('close', (code) => resolve({ code, out })));
  children.push({ child, finished });
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

  test('refuses what a page may show and the model would not read', async () => {
    const { firstLine, child, finished } = start('upload-service', [], {});
    const [url = ''] = /http:\S+/.exec(await firstLine) ?? [];
    for (const query of [
      'caption=a&caption=b',
      'caption[]=a',
      'Caption=a',
      'caption=a&title=b',
      'caption[0]=a',
    ]) {
      const response = await fetch(`${url}/uploads?${query}`, { method: 'POST' });
      expect([query, response.status]).toEqual([query, 400]);
    }
    child.kill('SIGTERM');
    await finished;
  });

  test('keeps what the model sees a part of for a person, and judges every frame', async () => {
    const posts = join(projectRoot, 'test', 'fixtures', 'posts');
    const [frames, hidden] = await Promise.all(
      ['anim-second-harmful.gif', 'alpha-red.png'].map((name) => readFile(join(posts, name))),
    );
    expect(
      await upload({}, [
        ['A quiet walk', frames],
        ['A quiet walk', hidden],
        [`${'walk '.repeat(70)}zorvak`, undefined],
        ['zor\u200bvak', undefined],
      ]),
    ).toEqual([
      [422, 'refused'],
      [202, 'held for review'],
      [422, 'refused'],
      [202, 'held for review'],
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
      '1.json allow',
      '2.json flag',
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

describe('reviews', () => {
  let judged: TestServer;
  let reviews: ReviewServer;
  beforeEach(async () => {
    await mkdir(join(folder, 'todo'));
    // A text's length over 100 is its `red`: below 0.3 allowed, from 0.6 flagged.
    judged = await startTestServer({ policy: servedPolicy() });
    reviews = await ReviewServer.start();
  });
  afterEach(() => Promise.all([judged.close(), reviews.close()]));

  const job = (name: string, length: number, fields: object = {}) =>
    writeFile(join(folder, 'todo', name), JSON.stringify({ text: 'x'.repeat(length), ...fields }));
  const work = () =>
    start('queue-worker', [folder], {
      ...reviews.environment,
      MODERATION_URL: judged.url,
      REVIEW_BUS: 'default',
    }).finished;
  const desk = () =>
    start('review-desk', [reviews.queueUrl, join(folder, 'reviews.jsonl')], {
      ...reviews.environment,
      WAIT_S: '0',
    }).finished;
  const lines = async () =>
    (await readFile(join(folder, 'reviews.jsonl'), 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  const read = async (path: string) => JSON.parse(await readFile(join(folder, path), 'utf8'));

  test('go from the worker over the bus and the queue to the desk, with every digit of their ids', async () => {
    await job('1.json', 10);
    await job('2.json', 45, { id: '10203040506070809010' });
    await job('3.json', 70);
    await writeFile(join(folder, 'todo', '4.json'), '{"text": " "}');
    await job('5.json', 10, { id: 7 });
    const { code, out } = await work();
    expect([code, ...out.trim().split('\n')]).toEqual([
      0,
      '1.json allow',
      '2.json review, sent to review',
      '3.json flag',
      '4.json empty_item, not judged; review: sent',
      '5.json unreadable_job, not judged',
    ]);
    expect(await desk()).toEqual({ code: 0, out: '2 posts for review, 0 messages left\n' });
    expect(await lines()).toMatchObject([
      { post: { id: '10203040506070809010' }, reasons: [{ why: 'class', class: 'red' }] },
      { post: { id: '4' }, reasons: [{ why: 'unjudged', code: 'empty_item' }] },
    ]);
    expect(reviews.queue).toEqual([]);
  });

  test('are sent again when the bus is busy, and the job is done only then', async () => {
    reviews.troubles = Array.from({ length: 5 }, () => ({ refuse: { 0: 'ThrottlingException' } }));
    await job('1.json', 45);
    const { code, out } = await work();
    expect(out).toBe('1.json review_not_sent, to be tried again\n1.json review, sent to review\n');
    expect(code).toBe(0);
    expect(reviews.taken).toHaveLength(1);
  });

  test('that nobody takes fail their job, aloud', async () => {
    reviews.troubles = Array.from({ length: 2 }, () => ({ status: 400, type: 'AccessDeniedException' }));
    await job('1.json', 45);
    await writeFile(join(folder, 'todo', '2.json'), '{"text": " "}');
    const { code, out } = await work();
    expect(code).toBe(1);
    expect(out).toMatch(
      /^1.json review_not_sent, not judged; review: 1 of 1 review events were not sent: .*Access/m,
    );
    expect((await read('dead/1.json')).code).toBe('review_not_sent');
    expect(await read('dead/2.json')).toMatchObject({
      code: 'empty_item',
      review: expect.stringMatching(/^1 of 1/),
    });
  });

  test('are written once, and what is none is left in the queue', async () => {
    await job('1.json', 45);
    await work();
    const [message] = reviews.queue;
    reviews.enqueue(message?.body ?? '');
    reviews.enqueue('{"Records": []}');
    expect(await desk()).toEqual({ code: 1, out: '1 posts for review, 1 messages left\n' });
    // As a kill in the middle of a line leaves it; the message comes again.
    const file = join(folder, 'reviews.jsonl');
    await truncate(file, (await readFile(file)).length - 10);
    reviews.enqueue(message?.body ?? '');
    expect(await desk()).toEqual({ code: 0, out: '1 posts for review, 0 messages left\n' });
    expect(await lines()).toHaveLength(1);
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
