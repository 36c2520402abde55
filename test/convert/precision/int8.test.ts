import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openPack } from '../../../lib/checkpoint/pack/pack.js';
import { openSafetensors } from '../../../lib/checkpoint/safetensors/file.js';
import { writeCheckpoint } from '../../../lib/checkpoint/synthesize/synthesize.js';
import type { CalibrationOptions } from '../../../lib/convert/calibration.js';
import { convertCheckpoint } from '../../../lib/convert/convert.js';
import { openGraph } from '../../../lib/engine/run-graph.js';
import { compareArrays } from '../../../lib/numeric/compare.js';
import { sigmoid } from '../../../lib/numeric/sigmoid.js';
import { layoutBatch, type TextRow, textRow } from '../../../lib/text/sequence.js';
import { temporaryFolder } from '../../checkpoint/support/temporary-folder.js';
import { TINY_PRESET } from '../../checkpoint/support/tiny-preset.js';
import { type ModelCase, readModelCases } from '../../support/model-cases.js';
import { PackRunner } from '../../support/pack-runner.js';
import { fixture } from '../../support/project-root.js';

/** Of a probability from PyTorch's. The fixtures' weights are random, whose noise grows from block to block. */
const MAX_DIFFERENCE = 0.08;
const MEAN_DIFFERENCE = 0.015;

/** Several conversions, on a machine that may be busy. */
const PATIENCE_MS = 180_000;

async function quantize(
  checkpoint: string,
  calibration: Partial<CalibrationOptions> = {},
): Promise<{ runner: PackRunner; folder: string; inferred: readonly string[] }> {
  const folder = join(await temporaryFolder(), 'pack');
  const options = { checkpoint, out: folder, precision: 'int8' } as const;
  const pack = await convertCheckpoint({ ...options, calibration: { openGraph, ...calibration } });
  return { runner: await PackRunner.load(pack), folder, inferred: pack.manifest.inferred };
}

describe.each(['siglip-tiny', 'siglip-odd', 'clip-tiny', 'clip-mtl'])('%s in int8', (model) => {
  let runner: PackRunner;
  let folder: string;
  let cases: ModelCase[];

  beforeAll(async () => {
    ({ runner, folder } = await quantize(fixture('models', model)));
    cases = await readModelCases(model);
  });
  afterAll(() => runner.close());

  const encode = (rows: readonly TextRow[]) => runner.textFeatures(layoutBatch(rows));

  test('answers nearly as PyTorch does, whichever part is present', async () => {
    const answers: number[] = [];
    const expected: number[] = [];
    for (const { tokenIds, pixels, textPresent, imagePresent, probabilities } of cases) {
      if (textPresent + imagePresent === 0) continue;
      const features = {
        text: await encode([textRow(tokenIds, runner.manifest.text)]),
        image: await runner.imageFeatures([pixels]),
      };
      const logits = await runner.logits(features, { text: [textPresent], image: [imagePresent] });
      answers.push(...logits.map(sigmoid));
      expected.push(...probabilities);
    }
    const { max, mean } = compareArrays(answers, expected);
    expect([max < MAX_DIFFERENCE, max]).toEqual([true, max]);
    expect([mean < MEAN_DIFFERENCE, mean]).toEqual([true, mean]);
    expect(max).toBeGreaterThan(1e-4); // it is not fp32 after all
  });

  test('encodes images in one batch exactly as one by one', async () => {
    const batch = await runner.imageFeatures(cases.map(({ pixels }) => pixels));
    const alone: number[] = [];
    for (const { pixels } of cases) alone.push(...(await runner.imageFeatures([pixels])));
    expect(compareArrays(batch, alone).max).toBeLessThanOrEqual(1e-6);
  });

  test('encodes texts of every length in one batch exactly as one by one', async () => {
    const { text } = runner.manifest;
    const rows = Array.from({ length: text.maxTokens - 1 }, (_, index) => textRow(tokens(index + 2), text));
    const batch = await encode(rows);
    const alone: number[] = [];
    for (const row of rows) alone.push(...(await encode([row])));
    expect(compareArrays(batch, alone).max).toBeLessThanOrEqual(1e-6);
  });

  /** As many ids as asked for, special tokens included. */
  function tokens(length: number): Int32Array {
    const { bosId, eosId, vocabularySize } = runner.manifest.text;
    const ids = Int32Array.from(
      { length },
      (_, index) => 10 + ((index * 7919 + length) % (vocabularySize - 20)),
    );
    if (bosId !== null) ids[0] = bosId;
    ids[length - 1] = eosId;
    return ids;
  }

  test('is a pack whose hashes hold, of int8 weights, less than half as large as fp32', async () => {
    const { manifest } = await openPack(folder, { verify: true });
    expect(manifest.precision).toBe('int8');
    expect(manifest.inferred.join('\n')).toMatch(
      /linear layers of the encoders are quantized; .* differ from fp32/,
    );
    const stored = await openSafetensors(join(folder, manifest.weights));
    const original = await openSafetensors(fixture('models', model, 'model.safetensors'));
    const quantized = [...stored.tensors.values()].filter(({ dtype }) => dtype === 'I8');
    expect(quantized.length).toBeGreaterThan(20);
    expect(stored.bytes).toBeLessThan(original.bytes / 2);
    expect(
      [...stored.tensors.keys()].some((name) => name.startsWith('proj_t') && name.endsWith('_int8')),
    ).toBe(false);
  });
});

test('the same checkpoint and posts give the same pack', async () => {
  const hashes: string[] = [];
  for (let time = 0; time < 2; time++) {
    const out = join(await temporaryFolder(), 'pack');
    const checkpoint = fixture('models', 'clip-tiny');
    const pack = await convertCheckpoint({ checkpoint, out, precision: 'int8', calibration: { openGraph } });
    hashes.push(pack.hash);
  }
  expect(hashes[0]).toBe(hashes[1]);
});

test('half-precision checkpoints are quantized as well', async () => {
  const { runner, folder } = await quantize(fixture('models', 'siglip-bf16'));
  await runner.close();
  expect((await openPack(folder, { verify: true })).manifest.precision).toBe('int8');
});

describe('activation outliers', () => {
  const ANY = { max: 1, mean: 1 };
  const NO_CHANNELS = { channelError: 0.025, maxExactChannels: 0, layerError: 9 };
  let plain: string;
  let planted: string;

  beforeAll(async () => {
    const parent = await temporaryFolder();
    [plain, planted] = [join(parent, 'plain'), join(parent, 'planted')];
    const { architecture } = TINY_PRESET;
    const image = { ...architecture.image, size: 64, patch: 16 };
    const preset = { ...TINY_PRESET, architecture: { ...architecture, image } };
    await writeCheckpoint(preset, { out: plain });
    await writeCheckpoint(preset, { out: planted, outliers: true });
  });

  test(
    'are folded away or computed apart, so that they cost no accuracy',
    async () => {
      const both = await errorOf(planted);
      expect(both.error).toBeLessThan(1.5 * (await errorOf(plain)).error);
      expect(both.inferred).toMatch(
        /Channels computed in fp32 within int8 layers: .*layers\.1\.mlp\.fc2 \d+/,
      );
      const neither = await errorOf(planted, { folding: false, tolerance: ANY, limits: NO_CHANNELS });
      expect(neither.error).toBeGreaterThan(2 * both.error);
    },
    PATIENCE_MS,
  );

  test(
    'are followed by activations of 16 bits where the mean of the differences is not accepted',
    async () => {
      const coarse = await errorOf(planted, { tolerance: ANY });
      expect(coarse.inferred).not.toMatch(/16 bits/);
      const fine = await errorOf(planted, { tolerance: { mean: 0.9 * meanOf(coarse.inferred) } });
      expect(fine.inferred).toMatch(
        /Activations have 16 bits, in two products each, in \d+ of the int8 layers/,
      );
      expect(fine.inferred).not.toMatch(/Layers kept in fp32/);
      expect(fine.error).toBeLessThan(0.8 * coarse.error);
    },
    PATIENCE_MS,
  );

  test(
    'go back to fp32 layer by layer where nothing else is allowed',
    async () => {
      const calibration = { folding: false, tolerance: { max: 0.001 }, limits: NO_CHANNELS };
      const { inferred } = await errorOf(planted, calibration);
      expect(inferred).toMatch(/Layers kept in fp32: .*mlp\.fc/);
    },
    PATIENCE_MS,
  );

  /** Mean difference of probabilities on the calibration items. */
  function meanOf(inferred: string): number {
    return Number(/on average by ([\d.]+)\.$/m.exec(inferred)?.[1]);
  }

  /** Mean difference of text features from fp32's, relative to their mean size. */
  async function errorOf(checkpoint: string, calibration: Partial<CalibrationOptions> = {}) {
    const { runner, inferred } = await quantize(checkpoint, calibration);
    const out = join(await temporaryFolder(), 'pack');
    const exact = await PackRunner.load(await convertCheckpoint({ checkpoint, out }));
    const { text } = runner.manifest;
    const rows = Array.from({ length: 32 }, (_, row) =>
      textRow(
        Int32Array.of(
          ...Array.from({ length: 2 + row }, (_, at) => 10 + ((at * 31 + row * 97) % 900)),
          text.eosId,
        ),
        text,
      ),
    );
    const batch = layoutBatch(rows);
    const expected = await exact.textFeatures(batch);
    const actual = await runner.textFeatures(batch);
    await Promise.all([runner.close(), exact.close()]);
    const size = compareArrays(expected, new Float32Array(expected.length)).mean;
    return { error: compareArrays(actual, expected).mean / size, inferred: inferred.join('\n') };
  }
});
