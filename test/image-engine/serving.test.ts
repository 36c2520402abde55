import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { slotSchema } from '../../lib/contract/reply.js';
import { convertCheckpoint } from '../../lib/convert/convert.js';
import { Container, type RunOptions } from './support/container.js';
import { describeImage, docker, IMAGE } from './support/docker.js';
import {
  bodyOf,
  CHECKPOINT,
  expectProbabilities,
  expectReply,
  expectSlot,
  type Post,
  readPosts,
  toInstance,
} from './support/posts.js';

const USER = ['--user', '1000:1000'];
const READ_ONLY = ['--read-only'];

describeImage('the container', () => {
  let folder: string;
  let pack: string;
  let posts: Post[];
  let container: Container | undefined;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'image-engine-'));
    pack = join(folder, 'pack');
    await convertCheckpoint({ checkpoint: CHECKPOINT, out: pack });
    // The folder that mkdtemp makes is its owner's alone.
    await chmod(folder, 0o755);
    posts = await readPosts();
    expect(posts.length).toBeGreaterThan(5);
  });
  afterEach(() => container?.remove());
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function serve(options: RunOptions): Promise<Container> {
    container = await Container.serve(options);
    return container;
  }

  const modelOf = (kind: 'pack' | 'checkpoint') => (kind === 'pack' ? pack : CHECKPOINT);

  test.each<[string, 'pack' | 'checkpoint', string[]]>([
    ['a pack, as root', 'pack', []],
    ['a pack, as another user, on a read-only root', 'pack', [...USER, ...READ_ONLY]],
    ['a checkpoint, as root, on a read-only root', 'checkpoint', READ_ONLY],
    ['a checkpoint, as another user, on a read-only root', 'checkpoint', [...USER, ...READ_ONLY]],
  ])('serves %s, answers as PyTorch does, and writes nothing to its root', async (_, kind, flags) => {
    const running = await serve({ model: modelOf(kind), flags });
    await running.healthy();
    const reply = await running.post(bodyOf(posts));
    expect(reply.status).toBe(200);
    expectReply(await reply.json(), posts);
    expect(await running.changes()).toEqual([]);
    expect(await running.logs()).toContainEqual(
      expect.objectContaining({
        message: 'ready',
        device: { requested: 'cpu', used: 'cpu', reason: expect.any(String) },
      }),
    );
    expect(await running.stop()).toBe(0);
  });

  test('serves a checkpoint where /tmp can be written, and removes its pack when it stops', async () => {
    const running = await serve({ model: CHECKPOINT });
    await running.healthy();
    expect(await running.changes()).toContainEqual(expect.stringMatching(/^A \/tmp\/moderation-pack-/));
    expect(await running.stop()).toBe(0);
    expect((await running.changes()).filter((line) => line.startsWith('A'))).toEqual([]);
  });

  test('needs no network', async () => {
    const running = await serve({ model: pack, flags: ['--network', 'none'] });
    const printed = await running.evaluate(`
        const url = 'http://127.0.0.1:8080';
        const healthy = () => fetch(url + '/ping').then(({ ok }) => ok, () => false);
        while (!(await healthy())) await new Promise((resolve) => setTimeout(resolve, 50));
        const headers = { 'content-type': 'application/json' };
        const body = ${JSON.stringify(bodyOf(posts.slice(0, 1)))};
        console.log(await (await fetch(url + '/invocations', { method: 'POST', headers, body })).text());`);
    expectReply(JSON.parse(printed), posts.slice(0, 1));
  });

  test('listens where SAGEMAKER_BIND_TO_PORT says', async () => {
    const running = await serve({
      model: pack,
      port: 9123,
      flags: ['--env', 'SAGEMAKER_BIND_TO_PORT=9123'],
    });
    await running.healthy();
  });

  test('takes a batch transform: its parameters, then JSON Lines', async () => {
    const running = await serve({ model: pack, flags: ['--env', 'SAGEMAKER_BATCH=true'] });
    await running.healthy();
    const parameters = await (await fetch(`${await running.url()}/execution-parameters`)).json();
    expect(parameters).toMatchObject({ BatchStrategy: 'MULTI_RECORD', MaxPayloadInMB: 6 });
    const body = posts.map((post) => JSON.stringify(toInstance(post))).join('\n');
    const lines = (await (await running.post(body, 'application/jsonlines')).text()).trim().split('\n');
    expect(lines).toHaveLength(posts.length);
    for (const [index, post] of posts.entries()) {
      expectSlot(slotSchema.parse(JSON.parse(lines[index] ?? '')), post);
    }
  });

  test('stops on SIGTERM under load within the time given: every request is answered or told to go elsewhere', async () => {
    const running = await serve({ model: pack });
    await running.healthy();
    const body = bodyOf(posts);
    const replies = Array.from({ length: 8 }, () => running.post(body));
    await Promise.race(replies);
    const code = running.stop();
    let answered = 0;
    for (const reply of await Promise.all(replies)) {
      if (reply.status === 200) {
        expectReply(await reply.json(), posts);
        answered += 1;
      } else {
        expect([reply.status, await reply.json()]).toEqual([
          503,
          { error: expect.objectContaining({ code: 'shutting_down', retryable: true }) },
        ]);
      }
    }
    expect(answered).toBeGreaterThan(0);
    expect(await code).toBe(0);
    expect((await running.logs()).at(-1)).toMatchObject({ message: 'stopped' });
  });

  test('classifies from the command line', async () => {
    const [post] = posts;
    if (post === undefined) throw new Error('no posts');
    const mounts = ['-v', `${pack}:/opt/ml/model:ro`, '-v', `${dirname(post.image)}:/images:ro`];
    const model = ['--model', '/opt/ml/model'];
    const what = ['--text', post.text, '--image', `/images/${basename(post.image)}`, '--json'];
    const printed = await docker('run', '--rm', ...READ_ONLY, ...mounts, IMAGE, 'predict', ...model, ...what);
    expectProbabilities(JSON.parse(printed).probabilities, post.probabilities);
  });
});
