import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { inspect } from '../../lib/cli/inspect/inspect.js';
import { render } from '../../lib/cli/inspect/render.js';
import { convertCheckpoint } from '../../lib/convert/convert.js';
import { temporaryFolder } from '../checkpoint/support/temporary-folder.js';
import { fixture, projectRoot } from '../support/project-root.js';

const SIGLIP = fixture('models', 'siglip-tiny');
const MODERATE = join(projectRoot, 'dist', 'bin', 'moderate.js');

async function packOf(model: string): Promise<string> {
  const out = join(await temporaryFolder(), 'pack');
  await convertCheckpoint({ checkpoint: fixture('models', model), out });
  return out;
}

describe('inspecting a checkpoint', () => {
  test('tells family, head, dimensions, parameters, thresholds and hashes', async () => {
    const inspection = await inspect(SIGLIP, { hash: true });
    expect(inspection).toMatchObject({
      kind: 'checkpoint',
      path: SIGLIP,
      problems: [],
      model: {
        family: 'siglip',
        head: 'fusion',
        classes: [{ name: 'racist', threshold: 0.3 }, {}, {}, { name: 'religion', threshold: 0.2 }, {}],
        text: { maxTokens: 64, keyMask: true, lowercase: false },
        image: { size: 64, geometry: 'short-edge-crop', filter: 'bilinear', mean: [0.5, 0.5, 0.5] },
        architecture: { text: { layers: 2, heads: 4, width: 64 }, image: { patch: 16 } },
      },
      weights: { file: 'model.safetensors', tensors: 106, dtypes: { F32: 533_127 } },
    });
    const bytes = await readFile(join(SIGLIP, 'model.safetensors'));
    expect(inspection.files['model.safetensors']).toEqual({
      bytes: bytes.length,
      gmac: expect.stringMatching(/^[0-9a-f]{32}$/),
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
  });

  test('the parts’ parameters add up to all of them', async () => {
    for (const model of ['siglip-tiny', 'clip-tiny', 'clip-mtl-hidden', 'clip-mtl-flat']) {
      const { weights } = await inspect(fixture('models', model), { hash: false });
      expect(Object.values(weights.parts).reduce((sum, count) => sum + count, 0)).toBe(weights.parameters);
      expect(Math.min(weights.parts['text encoder'] ?? 0, weights.parts['head'] ?? 0)).toBeGreaterThan(3000);
    }
  });

  test.each([
    ['siglip-bf16', 'BF16'],
    ['clip-f16', 'F16'],
  ])('%s tells its dtype', async (model, dtype) => {
    const { weights } = await inspect(fixture('models', model), { hash: false });
    expect(weights.dtypes[dtype]).toBe(weights.parameters);
  });

  test('tells what conversion writes: the manifest of the pack is the same', async () => {
    const { model, inferred } = await inspect(fixture('models', 'clip-mtl'), { hash: false });
    const pack = await inspect(await packOf('clip-mtl'), { hash: false });
    expect({ ...model, architecture: null }).toEqual(pack.model);
    expect(inferred).toEqual(pack.inferred);
  });

  test('published metrics and the origin are told when they came with it', async () => {
    const folder = join(await temporaryFolder(), 'checkpoint');
    await cp(SIGLIP, folder, { recursive: true });
    await writeFile(join(folder, 'test_metrics.json'), '{"test_f1_macro": 0.5071024468132304}');
    await writeFile(join(folder, 'val_report.json'), '{"racist": {"precision": 0.5335, "recall": 0.8741}}');
    const source = { repository: 'owner/name', revision: 'main', commit: '1'.repeat(40) };
    const record = { format: 1, hub: 'https://hub.example', checkpoint: source, encoder: null, files: {} };
    await writeFile(join(folder, 'pull.json'), JSON.stringify(record));
    const text = render(await inspect(folder, { hash: false }));
    expect(text).toMatch(/test_f1_macro +0\.5071\n/);
    expect(text).toMatch(/racist +precision 0\.5335 {2}recall 0\.8741/);
    expect(text).toMatch(/pulled +owner\/name at 1{40}/);
  });

  test('what keeps it from being converted is a problem, and the rest is still told', async () => {
    const folder = join(await temporaryFolder(), 'checkpoint');
    await cp(SIGLIP, folder, { recursive: true });
    await writeFile(join(folder, 'label_map.json'), '{"0": "one", "1": "two"}');
    const inspection = await inspect(folder, { hash: false });
    expect(inspection).toMatchObject({ model: null, weights: { tensors: 106 } });
    expect(inspection.problems.join()).toMatch(/label_map\.json/);
  });
});

describe('a checkpoint without a tokenizer', () => {
  test('is told in full, and that no text can be read', async () => {
    const folder = join(await temporaryFolder(), 'checkpoint');
    await cp(SIGLIP, folder, { recursive: true });
    await rm(join(folder, 'tokenizer.json'));
    const inspection = await inspect(folder, { hash: false });
    expect(inspection.model).toMatchObject({ family: 'siglip', text: { maxTokens: 64 } });
    expect(inspection.problems).toEqual([
      expect.stringMatching(/^tokenizer\.json cannot be read \(ENOENT\)/),
    ]);
  });
});

describe('inspecting a pack', () => {
  test('verifies it, and tells its hash', async () => {
    const pack = await packOf('siglip-tiny');
    const inspection = await inspect(pack, { hash: true });
    expect(inspection).toMatchObject({
      kind: 'pack',
      verified: true,
      packHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      model: { precision: 'fp32', family: 'siglip' },
    });
    expect(Object.keys(inspection.files)).toContain('text-encoder.onnx');
    expect(render(inspection)).toMatch(/pack +[0-9a-f]{64} \(verified\)/);
  });

  test('an altered file is told, unless no file is to be read', async () => {
    const pack = await packOf('clip-tiny');
    const graph = join(pack, 'head.onnx');
    const bytes = await readFile(graph);
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    await writeFile(graph, bytes);
    await expect(inspect(pack, { hash: true })).rejects.toMatchObject({
      code: 'pack_invalid',
      message: expect.stringContaining('head.onnx has SHA-256'),
    });
    expect(await inspect(pack, { hash: false })).toMatchObject({ verified: false });
  });
});

describe('inspecting a file', () => {
  test('a classifier’s weights are told as such, from their tensors and the configs beside them', async () => {
    const inspection = await inspect(join(SIGLIP, 'model.safetensors'), { hash: false });
    expect(inspection).toMatchObject({ kind: 'checkpoint', model: { head: 'fusion' } });
  });

  test('other tensors are counted', async () => {
    const inspection = await inspect(fixture('models', 'clip-tiny', 'cases.safetensors'), { hash: false });
    expect(inspection).toMatchObject({ kind: 'weights', model: null, weights: { tensors: 8 } });
    expect(inspection.problems.join()).toMatch(/no classifier that is known/);
  });

  test('a pickle is refused', async () => {
    const file = join(await temporaryFolder(), 'pytorch_model.bin');
    await writeFile(file, Buffer.from([0x80, 2, ...Buffer.alloc(100)]));
    await expect(inspect(file, { hash: true })).rejects.toThrow(/pickled PyTorch checkpoint/);
  });

  test('a truncated file is refused', async () => {
    const file = join(await temporaryFolder(), 'model.safetensors');
    await cp(join(SIGLIP, 'model.safetensors'), file);
    await truncate(file, 100_000);
    await expect(inspect(file, { hash: true })).rejects.toMatchObject({ code: 'checkpoint_invalid' });
  });

  test('a folder without a model is told', async () => {
    await expect(inspect(await temporaryFolder(), { hash: true })).rejects.toThrow(/holds no model/);
  });
});

describe('moderate inspect', () => {
  const moderate = (...args: string[]) =>
    promisify(execFile)(process.execPath, [MODERATE, 'inspect', ...args]);

  test('prints sections for people', async () => {
    const { stdout } = await moderate(SIGLIP);
    const titles = stdout.split('\n').filter((line) => /^[A-Z][^:.]*$/.test(line));
    expect(titles).toEqual([
      'Origin',
      'Weights',
      'Text',
      'Image',
      'Head',
      'Classes',
      'Files',
      'Inferred, not stated',
    ]);
    for (const line of stdout.split('\n').slice(1)) expect(line.length).toBeLessThan(110);
  });

  test('--json prints the same as data', async () => {
    const { stdout } = await moderate(SIGLIP, '--json', '--no-hash');
    expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(await inspect(SIGLIP, { hash: false }))));
  });

  test('ends with 1 where conversion would fail', async () => {
    const file = fixture('models', 'clip-tiny', 'cases.safetensors');
    await expect(moderate(file)).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining('Problems'),
    });
  });
});
