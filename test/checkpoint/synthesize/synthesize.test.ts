import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { inferArchitecture } from '../../../lib/checkpoint/architecture/infer-architecture.js';
import { Checkpoint } from '../../../lib/checkpoint/checkpoint.js';
import { resolveClasses } from '../../../lib/checkpoint/config/classes.js';
import { readTensor } from '../../../lib/checkpoint/safetensors/read-tensor.js';
import { writeCheckpoint } from '../../../lib/checkpoint/synthesize/synthesize.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { TINY_PRESET } from '../support/tiny-preset.js';

async function synthesized(options: { seed?: number; outliers?: boolean } = {}): Promise<Checkpoint> {
  const out = join(await temporaryFolder(), 'made', 'when missing');
  await writeCheckpoint(TINY_PRESET, { out, ...options });
  return Checkpoint.open(out);
}

const bytesOf = (checkpoint: Checkpoint) => readFile(checkpoint.weightsFile);

describe('a synthesized checkpoint', () => {
  test('has the files, tensors and configs of a published one', async () => {
    const checkpoint = await synthesized();
    expect((await readdir(checkpoint.folder)).sort()).toEqual([
      'config.json',
      'inference_config.json',
      'label_map.json',
      'model.safetensors',
      'preprocessor_config.json',
      'special_tokens_map.json',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    const { architecture } = inferArchitecture(checkpoint.tensors, checkpoint.configs);
    expect(architecture).toEqual(TINY_PRESET.architecture);
    expect(resolveClasses(checkpoint.configs, 5).inferred).toEqual([]);
    expect(checkpoint.configs.inference?.demonstration).toBe(true);
    expect([...checkpoint.tensors.values()].every(({ dtype }) => dtype === 'F32')).toBe(true);
  });

  test('has the same bytes for the same seed, others for another', async () => {
    const first = await bytesOf(await synthesized({ seed: 7 }));
    expect(first.equals(await bytesOf(await synthesized({ seed: 7 })))).toBe(true);
    expect(first.equals(await bytesOf(await synthesized({ seed: 8 })))).toBe(false);
  });

  test('has layers whose outputs keep the size of their inputs', async () => {
    const { weights } = await synthesized();
    const spread = async (name: string) => {
      const values = await readTensor(weights, name);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
      return { mean, deviation: Math.sqrt(square) };
    };
    const layer = 'backbone.text_model.encoder.layers.1';
    expect((await spread(`${layer}.mlp.fc1.weight`)).deviation).toBeCloseTo(1 / Math.sqrt(64), 2);
    expect((await spread(`${layer}.mlp.fc2.weight`)).deviation).toBeCloseTo(1 / Math.sqrt(128), 2);
    expect((await spread(`${layer}.layer_norm1.weight`)).mean).toBeCloseTo(1, 1);
    expect((await spread('backbone.text_model.embeddings.token_embedding.weight')).deviation).toBeCloseTo(
      0.5,
      1,
    );
  });

  test('tells its progress up to the size of the weights', async () => {
    const calls: [number, number][] = [];
    const out = await temporaryFolder();
    await writeCheckpoint(TINY_PRESET, { out, onProgress: (done, total) => calls.push([done, total]) });
    const { weights } = await Checkpoint.open(out);
    expect(calls.at(-1)).toEqual([weights.bytes, weights.bytes]);
  });

  test('that is aborted half-way has no weights, and so is no checkpoint', async () => {
    const out = await temporaryFolder();
    const abort = new AbortController();
    const writing = writeCheckpoint(TINY_PRESET, {
      out,
      onProgress: () => abort.abort(),
      signal: abort.signal,
    });
    await expect(writing).rejects.toThrow('aborted');
    expect((await readdir(out)).filter((name) => name.includes('safetensors'))).toEqual([]);
  });
});

describe('planted outliers', () => {
  const block = 'backbone.vision_model.encoder.layers.1';

  test('make a few channels of a LayerNorm 20 to 100 times as large, in the same places in all blocks', async () => {
    const [plain, planted] = [await synthesized(), await synthesized({ outliers: true })];
    const ratios = async (name: string): Promise<[number, number][]> => {
      const [before, after] = [
        await readTensor(plain.weights, name),
        await readTensor(planted.weights, name),
      ];
      const all = [...after].map((value, channel): [number, number] => [
        channel,
        value / (before[channel] ?? 0),
      ]);
      return all.filter(([, ratio]) => Math.abs(ratio - 1) > 1e-6);
    };
    const scaled = await ratios(`${block}.layer_norm1.weight`);
    expect(scaled.length).toBe(6);
    for (const [, ratio] of scaled) {
      expect(ratio).toBeGreaterThanOrEqual(20);
      expect(ratio).toBeLessThanOrEqual(100);
    }
    const elsewhere = await ratios('backbone.vision_model.encoder.layers.0.layer_norm2.weight');
    expect(elsewhere.map(([channel]) => channel)).toEqual(scaled.map(([channel]) => channel));
  });

  test('leave what a linear layer computes from the LayerNorm as it was', async () => {
    const product = async ({ weights }: Checkpoint): Promise<number[]> => {
      const gain = await readTensor(weights, `${block}.layer_norm1.weight`);
      const query = await readTensor(weights, `${block}.self_attn.q_proj.weight`);
      return [...query].map((value, index) => value * (gain[index % gain.length] ?? 0));
    };
    const [plain, planted] = [
      await product(await synthesized()),
      await product(await synthesized({ outliers: true })),
    ];
    for (const [index, value] of plain.entries()) expect(planted[index]).toBeCloseTo(value, 6);
  });

  test('stand behind the activation of an MLP too, where no LayerNorm can take them up', async () => {
    const [plain, planted] = [await synthesized(), await synthesized({ outliers: true })];
    const name = `${block}.mlp.fc2.weight`;
    const [before, after] = [await readTensor(plain.weights, name), await readTensor(planted.weights, name)];
    const changed = new Set(
      [...after].flatMap((value, index) => (value === before[index] ? [] : [index % 128])),
    );
    expect(changed.size).toBe(6);
  });
});
