/** Posts of which the model sees a part: what is told of them, what is decided, and what they get when parts are judged. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readConfig } from '../../container/config.js';
import { startServer } from '../../container/server.js';
import { createLogger } from '../../container/telemetry/logger.js';
import { type ResolvedModel, resolveModel } from '../../lib/cli/resolve-model.js';
import type { Prediction } from '../../lib/contract/reply.js';
import { replySchema } from '../../lib/contract/reply.js';
import { Classifier } from '../../lib/engine/classifier.js';
import { projectRoot } from '../support/project-root.js';
import { writePolicyFor } from './support/policies.js';

const ALL = { frames: true, windows: true, tiles: true, views: ['shown'] };
const FLAGGED = 'zorvak';

let model: ResolvedModel;
let server: Awaited<ReturnType<typeof startServer>>;

beforeAll(async () => {
  model = await resolveModel(join(projectRoot, 'models', 'demo'));
  const policyFile = await writePolicyFor(model.packFolder, {
    threshold: 0.5,
    review: { from: 0.3, to: 0.8 },
  });
  server = await startServer({
    config: { ...readConfig({ MODERATION_PORT: '0' }), policyFile },
    logger: createLogger('silent', { write: () => undefined }),
    load: (options) => Classifier.load(model.packFolder, options),
  });
  await server.ready;
});

afterAll(async () => {
  await server?.stop();
  await model?.dispose();
});

const file = (name: string): string =>
  readFileSync(join(projectRoot, 'test', 'fixtures', 'posts', name)).toString('base64');

async function classify(instance: object, parameters?: object): Promise<Prediction> {
  const response = await fetch(`${server.url}/invocations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ instances: [instance], ...(parameters && { parameters }) }),
  });
  const [slot] = replySchema.strict().parse(await response.json()).predictions;
  if (slot === undefined || 'error' in slot) throw new Error(JSON.stringify(slot));
  return slot;
}

const codesOf = ({ unseen = [] }: Prediction): string[] => unseen.map(({ code }) => code);

describe('a picture of which the model sees a part', () => {
  test.each([
    ['base.jpg', 'flag', ['crop']],
    ['exif1.jpg', 'flag', ['crop']],
    ['exif6.jpg', 'review', ['crop', 'orientation']],
    ['alpha-white.png', 'flag', ['crop', 'transparency']],
    ['alpha-red.png', 'review', ['crop', 'transparency']],
    ['anim-second-harmful.gif', 'review', ['frames', 'crop']],
    ['anim-second-harmful.webp', 'review', ['frames', 'crop']],
    ['icc-swapped.png', 'allow', ['crop', 'colour_profile']],
    ['tall-top.png', 'review', ['crop']],
    ['no-eoi.jpg', 'flag', ['crop']],
    ['shot.bmp', 'flag', ['crop']],
  ])('%s: %s, and %j is told', async (name, decision, codes) => {
    const prediction = await classify({ image_base64: file(name) });
    expect([prediction.decision, codesOf(prediction)]).toEqual([decision, codes]);
    expect(prediction.parts).toBeUndefined();
  });

  test.each([
    ['base.jpg', ['crop']],
    ['exif6.jpg', ['crop']],
    ['alpha-white.png', ['crop']],
    ['alpha-red.png', ['crop']],
    ['anim-second-harmful.gif', ['crop']],
    ['anim-second-harmful.webp', ['crop']],
    ['icc-swapped.png', ['crop']],
    ['tall-top.png', []],
  ])('%s is flagged when every part is judged, and %j is left to tell', async (name, codes) => {
    const plain = await classify({ image_base64: file(name) });
    const prediction = await classify({ image_base64: file(name) }, ALL);
    expect([prediction.decision, codesOf(prediction)]).toEqual(['flag', codes]);
    const first = prediction.parts?.[0]?.probabilities ?? prediction.probabilities;
    expect(first).toEqual(plain.probabilities);
  });

  test('a JPEG of 12 bits is told as such', async () => {
    await expect(classify({ image_base64: file('twelvebit.jpg') })).rejects.toThrow('has 12 bits a sample');
  });

  test('the views of one picture are equal, whatever its transparency hides', async () => {
    const [white, red] = await Promise.all(
      ['alpha-white.png', 'alpha-red.png'].map((name) => classify({ image_base64: file(name) }, ALL)),
    );
    expect(white?.parts?.slice(1)).toEqual(red?.parts?.slice(1));
  });

  test('the deciding part is named', async () => {
    const { parts = [], decided_by } = await classify(
      { text: 'a walk', image_base64: file('base.jpg'), images: [file('anim-second-harmful.gif')] },
      ALL,
    );
    expect(parts.map(({ image }) => [image?.index, image?.frame])).toEqual([
      [0, 0],
      [1, 0],
      [1, 1],
    ]);
    expect(parts[decided_by ?? -1]?.image?.frame).toBe(decided_by === 0 ? 0 : 1);
  });
});

describe('a text of which the model sees a part', () => {
  const SPELLINGS = ['zor\u200bvak', 'zor\u00advak', 'ｚｏｒｖａｋ', 'zоrvаk'];

  test('a flagged word behind the last token goes to review, and is flagged when windows are judged', async () => {
    const text = `${'walk '.repeat(70)}${FLAGGED}`;
    const plain = await classify({ text });
    expect([plain.decision, plain.text_truncated, codesOf(plain)]).toEqual(['review', true, ['text_cut']]);
    const whole = await classify({ text }, { windows: true });
    expect([whole.decision, whole.text_truncated, codesOf(whole)]).toEqual(['flag', false, []]);
    expect(whole.parts?.[0]?.probabilities).toEqual(plain.probabilities);
  });

  test.each(SPELLINGS)('%j goes to review, and is flagged when it is judged as shown', async (text) => {
    const plain = await classify({ text });
    expect(plain.decision).toBe('review');
    expect(codesOf(plain)).toHaveLength(1);
    const shown = await classify({ text }, { views: ['shown'] });
    expect([shown.decision, codesOf(shown), shown.parts?.length]).toEqual(['flag', [], 2]);
  });

  test('a plain text has one part, whatever is asked for', async () => {
    const prediction = await classify({ text: 'A quiet walk along the river.' }, ALL);
    expect([prediction.decision, prediction.unseen, prediction.parts]).toEqual(['allow', [], undefined]);
  });
});

describe('several images', () => {
  test('that are empty count as none, and as text with them', async () => {
    expect((await classify({ text: 'a walk', images: [] })).modalities_used).toEqual(['text']);
  });

  test('name the one that something was not seen of', async () => {
    const { unseen } = await classify({ images: [file('base.jpg'), file('exif6.jpg')] });
    expect(unseen).toEqual([
      { code: 'crop', figure: 0.25, image: 0 },
      { code: 'crop', figure: 0.25, image: 1 },
      { code: 'orientation', figure: 1, image: 1 },
    ]);
  });

  test('beyond the limit, or of the wrong type, cost their item', async () => {
    const many = Array.from({ length: 11 }, () => file('base.jpg'));
    await expect(classify({ images: many })).rejects.toThrow('has 11 images; expected at most 10');
    await expect(classify({ images: ['', null] })).rejects.toThrow('images[1] is null');
    await expect(classify({ images: 'abc' })).rejects.toThrow('images is a string');
  });
});
