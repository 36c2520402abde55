import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type InvocationReply, isItemError, replySchema, type Slot } from '../../lib/contract/reply.js';
import { type ModelCase, readModelCases } from '../support/model-cases.js';
import { fixture, projectRoot } from '../support/project-root.js';
import { ChildServer } from './support/child-server.js';

const MODEL = fixture('models', 'siglip-tiny');
const TOLERANCE = 1e-5;

interface Case {
  readonly id: string;
  readonly kind: string;
  readonly text: string | null;
  readonly image: string | null;
}

const { cases, class_names: classNames } = JSON.parse(readFileSync(`${MODEL}/cases.json`, 'utf8')) as {
  cases: Case[];
  class_names: string[];
};
let instances: Case[];
let answers: Map<string, ModelCase>;

let server: ChildServer;
beforeAll(async () => {
  answers = new Map((await readModelCases('siglip-tiny')).map((answer) => [answer.id, answer]));
  // Posts without content are refused; the original answers them.
  instances = cases.filter(({ kind, id }) => kind === 'instance' && (hasText(id) || hasImage(id)));
  server = new ChildServer({ MODERATION_MAX_IMAGE_PIXELS: '20000000' }, [
    'dist/bin/moderate.js',
    'serve',
    '--model',
    MODEL,
  ]);
  await server.line('ready');
});
afterAll(() => server.dispose());

const hasText = (id: string) => answers.get(id)?.textPresent === 1;
const hasImage = (id: string) => answers.get(id)?.imagePresent === 1;

function imageOf({ image }: Case): Buffer | null {
  return image === null ? null : readFileSync(fixture('images', image));
}

function toInstance(item: Case) {
  return { id: item.id, text: item.text, image_base64: imageOf(item)?.toString('base64') ?? null };
}

/** Whether a slot answers as PyTorch did. */
function expectAnswer(slot: Slot | undefined, id: string): void {
  if (slot === undefined || isItemError(slot)) throw new Error(`${id}: ${JSON.stringify(slot)}`);
  const probabilities = answers.get(id)?.probabilities ?? [];
  for (const [index, name] of classNames.entries()) {
    const difference = Math.abs(
      (slot.probabilities[name] ?? Number.NaN) - (probabilities[index] ?? Number.NaN),
    );
    expect({ id, name, close: difference <= TOLERANCE }).toEqual({ id, name, close: true });
  }
}

async function replyOf(response: Response): Promise<InvocationReply> {
  expect(response.status).toBe(200);
  return replySchema.parse(await response.json());
}

describe('a checkpoint, served', () => {
  test('answers what PyTorch answers, in one request', async () => {
    expect(instances.length).toBeGreaterThan(20);
    const body = JSON.stringify({ instances: instances.map(toInstance) });
    const { predictions } = await replyOf(await server.post(body, 'application/json'));
    for (const [index, { id }] of instances.entries()) expectAnswer(predictions[index], id);
  });

  test('answers the same in every format', async () => {
    const item = instances.find(({ id }) => hasText(id) && hasImage(id)) as Case;
    const image = imageOf(item) as Buffer;
    const form = new FormData();
    form.append('text', item.text ?? '');
    form.append('image', new Blob([new Uint8Array(image)]), 'picture');
    expectAnswer((await replyOf(await server.post(form))).predictions[0], item.id);

    const lines = instances.map((each) => JSON.stringify(toInstance(each))).join('\n');
    const slots = (await (await server.post(lines, 'application/jsonlines')).text()).split('\n');
    expect(slots).toHaveLength(instances.length);
    for (const [index, { id }] of instances.entries()) expectAnswer(JSON.parse(slots[index] ?? ''), id);

    const imageOnly = instances.find(({ id }) => !hasText(id)) as Case;
    const bare = await server.post(new Uint8Array(imageOf(imageOnly) as Buffer), 'image/whatever');
    expectAnswer((await replyOf(bare)).predictions[0], imageOnly.id);
  });

  test('survives every hostile image: each costs its own slot at most', async () => {
    const { files } = JSON.parse(readFileSync(fixture('images', 'hostile.json'), 'utf8')) as {
      files: { file: string }[];
    };
    const good = instances[0] as Case;
    const hostile = files.map(({ file }) => ({
      id: file,
      image_base64: readFileSync(fixture('images', 'hostile', file)).toString('base64'),
    }));
    const body = JSON.stringify({ instances: hostile.flatMap((bad) => [bad, toInstance(good)]) });
    const { predictions } = await replyOf(await server.post(body, 'application/json'));
    for (const [index, { file }] of files.entries()) {
      expectAnswer(predictions[2 * index + 1], good.id);
      const slot = predictions[2 * index] as Slot;
      if (!isItemError(slot)) continue;
      expect({ file, code: slot.error.code }).toEqual({
        file,
        code: expect.stringMatching(/^image_(?:base64_invalid|unsupported|undecodable|too_large)$/),
      });
      expect({ file, retryable: slot.error.retryable }).toEqual({ file, retryable: false });
    }
    expect((await fetch(`${await server.url()}/ping`)).status).toBe(200);
  });

  test('answers /ping while it computes, and tells in /metrics what it did', async () => {
    const body = JSON.stringify({ instances: instances.map(toInstance) });
    let busy = true;
    const load = Promise.all(Array.from({ length: 6 }, () => server.post(body, 'application/json'))).then(
      () => {
        busy = false;
      },
    );
    let pings = 0;
    for (; busy; pings += 1) expect((await fetch(`${await server.url()}/ping`)).status).toBe(200);
    await load;
    expect(pings).toBeGreaterThan(0);
    const metrics = await (await fetch(`${await server.url()}/metrics`)).text();
    expect(metrics).toMatch(/moderation_batch_items_count\{stage="encode_image"\} [1-9]/);
    expect(metrics).toMatch(/moderation_cache_total\{modality="text",outcome="hit"\} [1-9]/);
    expect(metrics).toMatch(/moderation_model_info\{name="[^"]+",pack="[\da-f]{64}",precision="fp32"/);
    expect(server.rawLog).not.toMatch(/"level":"error"/);
  });

  test('finishes what it accepted when it is told to stop', async () => {
    const body = JSON.stringify({
      instances: instances.map(({ id, text }) => ({ id, text: `${text} again` })),
    });
    const accepted = Array.from({ length: 4 }, () => server.post(body, 'application/json'));
    // The first answer says that this one was accepted; the others were, or are refused.
    await Promise.race(accepted);
    server.signal('SIGTERM');
    const answered = await Promise.all(
      accepted.map((sent) =>
        sent.then(
          async (response) => {
            if (response.status === 503) return false;
            const { predictions } = await replyOf(response);
            expect(predictions.filter(isItemError)).toEqual([]);
            return true;
          },
          (error: Error) => {
            expect(error.cause).toHaveProperty('code', 'ECONNREFUSED');
            return false;
          },
        ),
      ),
    );
    expect(answered).toContain(true);
    expect(await server.exit).toBe(0);
    expect(server.stderr).toBe('');
  });
});

describe('a model that cannot be served', () => {
  test('ends the command with one fatal line and exit code 1', async () => {
    const broken = new ChildServer({}, ['dist/bin/moderate.js', 'serve', '--model', projectRoot]);
    expect(await broken.exit).toBe(1);
    expect(broken.logs.filter(({ level }) => level === 'fatal')).toHaveLength(1);
  });
});
