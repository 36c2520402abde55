import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { convertCheckpoint } from '../../lib/convert/convert.js';
import { compareArrays } from '../../lib/numeric/compare.js';
import { sigmoid } from '../../lib/numeric/sigmoid.js';
import { layoutBatch, type TextBatch, textRow } from '../../lib/text/sequence.js';
import { MODEL_FIXTURES, type ModelCase, readModelCases } from '../support/model-cases.js';
import { PackRunner } from '../support/pack-runner.js';
import { fixture } from '../support/project-root.js';

/** Sums of products in another order than PyTorch's, which is itself about 5e-6 from its answers in float64. */
const FEATURES = 1e-5;
const PROBABILITIES = 1e-5;
/** Between two runs of the same graph: matrix products of other sizes are added up in another order. */
const REORDERED = 2e-6;

describe.each(MODEL_FIXTURES)('the graphs of %s', (model) => {
  let folder: string;
  let runner: PackRunner;
  let cases: ModelCase[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parity-'));
    const pack = await convertCheckpoint({ checkpoint: fixture('models', model), out: join(folder, 'pack') });
    runner = await PackRunner.load(pack);
    cases = await readModelCases(model);
  });

  afterAll(async () => {
    await runner.close();
    await rm(folder, { recursive: true });
  });

  const batchOf = (examples: readonly ModelCase[]): TextBatch =>
    layoutBatch(examples.map(({ tokenIds }) => textRow(tokenIds, runner.manifest.text)));
  const encodeText = (example: ModelCase) => runner.textFeatures(batchOf([example]));
  const encodeImage = (example: ModelCase) => runner.imageFeatures([example.pixels]);

  /** As the engine does: the encoder of an absent part does not run. */
  async function classify(example: ModelCase): Promise<Float32Array> {
    const { text, image } = runner.manifest;
    const { textPresent, imagePresent } = example;
    const features = {
      text: textPresent === 1 ? await encodeText(example) : new Float32Array(text.width),
      image: imagePresent === 1 ? await encodeImage(example) : new Float32Array(image.width),
    };
    return runner.logits(features, { text: [textPresent], image: [imagePresent] });
  }

  test('pool texts as PyTorch does, each in the fewest columns that hold it', async () => {
    for (const example of cases) {
      const { max } = compareArrays(await encodeText(example), example.textFeatures);
      expect([example.id, max <= FEATURES, max]).toEqual([example.id, true, max]);
    }
  });

  test('encode images as PyTorch does', async () => {
    const withImage = cases.filter(({ imagePresent }) => imagePresent === 1);
    expect(withImage.length).toBeGreaterThan(3);
    for (const example of withImage) {
      const { max } = compareArrays(await encodeImage(example), example.imageFeatures);
      expect([example.id, max <= FEATURES, max]).toEqual([example.id, true, max]);
    }
  });

  test('give the probabilities of PyTorch, whichever part is present', async () => {
    const mixes = new Set<string>();
    for (const example of cases.filter((one) => one.textPresent + one.imagePresent > 0)) {
      const { max } = compareArrays((await classify(example)).map(sigmoid), example.probabilities);
      expect([example.id, max <= PROBABILITIES, max]).toEqual([example.id, true, max]);
      mixes.add(`${example.textPresent}${example.imagePresent}`);
    }
    expect([...mixes].sort()).toEqual(['01', '10', '11']);
  });

  test('pool texts of all lengths in one batch as one by one', async () => {
    const batch = await runner.textFeatures(batchOf(cases));
    const { width } = runner.manifest.text;
    for (const [row, example] of cases.entries()) {
      const together = batch.subarray(row * width, (row + 1) * width);
      expect(compareArrays(together, await encodeText(example)).max).toBeLessThanOrEqual(REORDERED);
    }
  });

  test('encode images in one batch as one by one', async () => {
    const batch = await runner.imageFeatures(cases.map(({ pixels }) => pixels));
    const { width } = runner.manifest.image;
    for (const [row, example] of cases.entries()) {
      const together = batch.subarray(row * width, (row + 1) * width);
      expect(compareArrays(together, await encodeImage(example)).max).toBeLessThanOrEqual(REORDERED);
    }
  });

  test('classify one batch of PyTorch’s own features as it does', async () => {
    const features = {
      text: Float32Array.from(cases.flatMap((example) => [...example.textFeatures])),
      image: Float32Array.from(cases.flatMap((example) => [...example.imageFeatures])),
    };
    const present = {
      text: cases.map((example) => example.textPresent),
      image: cases.map((example) => example.imagePresent),
    };
    const batch = await runner.logits(features, present);
    const expected = Float32Array.from(cases.flatMap((example) => [...example.probabilities]));
    expect(compareArrays(batch.map(sigmoid), expected).max).toBeLessThanOrEqual(PROBABILITIES);
  });

  test('do not see what stands in the columns between a text and its pooled token', async () => {
    const batch = batchOf(cases);
    const { vocabularySize, maxTokens } = runner.manifest.text;
    const inputIds = batch.inputIds.slice();
    const positionIds = batch.positionIds.slice();
    let hidden = 0;
    for (let index = 0; index < inputIds.length; index++) {
      const pooled = index % batch.length === batch.length - 1;
      if (batch.keyMask[index] === 1 || pooled) continue;
      inputIds[index] = (index * 7919) % vocabularySize;
      positionIds[index] = (index * 31) % maxTokens;
      hidden++;
    }
    expect(hidden).toBeGreaterThan(batch.length);
    const features = await runner.textFeatures({ ...batch, inputIds, positionIds });
    expect(features).toEqual(await runner.textFeatures(batch));
  });
});
