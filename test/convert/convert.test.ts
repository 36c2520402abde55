import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openPack } from '../../lib/checkpoint/pack/pack.js';
import { openSafetensors } from '../../lib/checkpoint/safetensors/file.js';
import { readTensor } from '../../lib/checkpoint/safetensors/read-tensor.js';
import { type ConvertProgress, convertCheckpoint } from '../../lib/convert/convert.js';
import { compareArrays } from '../../lib/numeric/compare.js';
import { fixture } from '../support/project-root.js';

describe('converting a checkpoint', () => {
  let folder: string;
  let out: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'convert-'));
    out = join(folder, 'packs', 'model');
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** A copy of a fixture that the test may change. */
  async function checkpointOf(model: string): Promise<string> {
    const checkpoint = join(folder, 'checkpoint');
    await cp(fixture('models', model), checkpoint, { recursive: true });
    return checkpoint;
  }

  async function editJson(path: string, changes: Record<string, unknown>): Promise<void> {
    await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), ...changes }));
  }

  describe('writes a pack', () => {
    test('that opens, every hash verified', async () => {
      const written = await convertCheckpoint({ checkpoint: fixture('models', 'siglip-tiny'), out });
      const pack = await openPack(out, { verify: true });
      expect(pack.hash).toBe(written.hash);
      expect((await readdir(out)).sort()).toEqual([
        'head.onnx',
        'image-encoder.onnx',
        'manifest.json',
        'model.safetensors',
        'text-encoder.onnx',
        'token-rows.crc32',
        'tokenizer.bin',
      ]);
    });

    test('whose weights are the checkpoint’s own file, not a copy', async () => {
      const checkpoint = await checkpointOf('siglip-tiny');
      await convertCheckpoint({ checkpoint, out });
      const [source, target] = await Promise.all(
        [checkpoint, out].map((where) => stat(join(where, 'model.safetensors'))),
      );
      expect(target?.ino).toBe(source?.ino);
    });

    test('from the path of the safetensors file, whatever its name', async () => {
      const checkpoint = await checkpointOf('clip-tiny');
      await cp(join(checkpoint, 'model.safetensors'), join(checkpoint, 'best.safetensors'));
      await unlink(join(checkpoint, 'model.safetensors'));
      const { manifest } = await convertCheckpoint({ checkpoint: join(checkpoint, 'best.safetensors'), out });
      expect(manifest.weights).toBe('model.safetensors');
    });

    test('into an empty folder that exists', async () => {
      await mkdir(out, { recursive: true });
      await convertCheckpoint({ checkpoint: fixture('models', 'siglip-tiny'), out });
      expect(await readdir(out)).toContain('manifest.json');
    });

    test('with the same hash each time', async () => {
      const checkpoint = fixture('models', 'clip-mtl');
      const first = await convertCheckpoint({ checkpoint, out });
      const second = await convertCheckpoint({ checkpoint, out: `${out}-again` });
      expect(second.hash).toBe(first.hash);
    });

    test.each(['siglip-bf16', 'clip-f16'])(
      'of float32 weights when those of %s are halves, value by value',
      async (model) => {
        const progress: ConvertProgress[] = [];
        await convertCheckpoint({
          checkpoint: fixture('models', model),
          out,
          onProgress: (step) => progress.push(step),
        });
        const stored = await openSafetensors(fixture('models', model, 'model.safetensors'));
        const widened = await openSafetensors(join(out, 'model.safetensors'));
        for (const [name, { dtype }] of widened.tensors) {
          const [wide, half] = [await readTensor(widened, name), await readTensor(stored, name)];
          expect([name, dtype, compareArrays(wide, half).max]).toEqual([name, 'F32', 0]);
        }
        expect([...widened.tensors.keys()].sort()).toEqual([...stored.tensors.keys()].sort());
        const last = progress.findLast(({ part }) => part === 'weights');
        expect(last?.doneBytes).toBe(last?.totalBytes);
      },
    );
  });

  describe('describes', () => {
    test('SigLIP with a fusion head', async () => {
      const { manifest } = await convertCheckpoint({ checkpoint: fixture('models', 'siglip-tiny'), out });
      expect(manifest).toMatchObject({
        name: 'siglip2-base-patch16-224 fusion',
        demonstration: false,
        family: 'siglip',
        precision: 'fp32',
        classNames: ['racist', 'sexist', 'homophobe', 'religion', 'otherhate'],
        thresholds: [0.3, 0.75, 0.49999999999999994, 0.2, 0.5499999999999999],
        text: {
          maxTokens: 64,
          bosId: null,
          eosId: 1,
          padId: 0,
          pooling: 'final-position',
          keyMask: true,
          lowercase: false,
          width: 64,
        },
        image: {
          size: 64,
          geometry: 'short-edge-crop',
          filter: 'bilinear',
          mean: [0.5, 0.5, 0.5],
          std: [0.5, 0.5, 0.5],
        },
        head: { kind: 'fusion' },
      });
      expect(manifest.inferred.join('\n')).toMatch(/at most 64 tokens/);
    });

    test('CLIP with multi-task heads', async () => {
      const { manifest } = await convertCheckpoint({ checkpoint: fixture('models', 'clip-mtl'), out });
      expect(manifest).toMatchObject({
        family: 'clip',
        text: { maxTokens: 77, bosId: 1512, eosId: 1513, padId: 1513, pooling: 'end-of-text' },
        image: { mean: [0.48145466, 0.4578275, 0.40821073], std: [0.26862954, 0.26130258, 0.27577711] },
        head: { kind: 'multitask' },
      });
    });

    test('what the configs state: token limit, demonstration, metrics', async () => {
      const checkpoint = await checkpointOf('siglip-tiny');
      await editJson(join(checkpoint, 'inference_config.json'), { max_text_length: 48, demonstration: true });
      await writeFile(join(checkpoint, 'test_metrics.json'), '{"eval_f1_macro": 0.5071}');
      const { manifest } = await convertCheckpoint({ checkpoint, out });
      expect(manifest.text.maxTokens).toBe(48);
      expect(manifest.demonstration).toBe(true);
      expect(manifest.metrics).toEqual({ eval_f1_macro: 0.5071 });
    });

    test('what it had to infer, when the pixels’ statistics are not stated', async () => {
      const checkpoint = await checkpointOf('clip-tiny');
      await unlink(join(checkpoint, 'preprocessor_config.json'));
      const { manifest } = await convertCheckpoint({ checkpoint, out });
      expect(manifest.image.mean).toEqual([0.48145466, 0.4578275, 0.40821073]);
      expect(manifest.inferred.join('\n')).toMatch(/does not state mean and deviation/);
    });
  });

  describe('refuses', () => {
    test('a checkpoint with several faults, naming each and leaving nothing behind', async () => {
      const checkpoint = await checkpointOf('siglip-tiny');
      const path = join(checkpoint, 'model.safetensors');
      const bytes = await readFile(path);
      const renamed = bytes
        .toString('latin1')
        .replace('"cls.4.bias"', '"cls.5.bias"')
        .replace('"gate.bias"', '"bate.bias"');
      await writeFile(path, renamed, 'latin1');
      const failure = convertCheckpoint({ checkpoint, out });
      await expect(failure).rejects.toMatchObject({
        code: 'checkpoint_invalid',
        message: expect.stringMatching(/(?=[\s\S]*cls\.4\.bias)(?=[\s\S]*gate\.bias)/),
      });
      expect(await readdir(folder)).toEqual(['checkpoint']);
    });

    test('a checkpoint without a tokenizer', async () => {
      const checkpoint = await checkpointOf('siglip-tiny');
      await unlink(join(checkpoint, 'tokenizer.json'));
      await expect(convertCheckpoint({ checkpoint, out })).rejects.toMatchObject({
        code: 'checkpoint_invalid',
        message: expect.stringContaining('tokenizer.json cannot be read (ENOENT)'),
      });
    });

    test('the tokenizer of another family', async () => {
      const checkpoint = await checkpointOf('siglip-tiny');
      await cp(fixture('models', 'clip-tiny', 'tokenizer.json'), join(checkpoint, 'tokenizer.json'));
      await expect(convertCheckpoint({ checkpoint, out })).rejects.toMatchObject({
        code: 'checkpoint_invalid',
        message: expect.stringMatching(/clip's pipeline .*expected gemma's/),
      });
    });

    test('a precision that it does not know', async () => {
      const checkpoint = fixture('models', 'siglip-tiny');
      const precision = 'int4' as 'int8';
      await expect(convertCheckpoint({ checkpoint, out, precision })).rejects.toMatchObject({
        code: 'invalid_configuration',
        message: expect.stringContaining('expected one of fp32, fp16, int8'),
      });
    });

    test('int8 without a runtime to measure with', async () => {
      const checkpoint = fixture('models', 'siglip-tiny');
      await expect(convertCheckpoint({ checkpoint, out, precision: 'int8' })).rejects.toMatchObject({
        code: 'invalid_configuration',
        message: expect.stringContaining('openGraph'),
      });
    });

    test('a folder that holds something else, even when it may overwrite', async () => {
      const checkpoint = fixture('models', 'siglip-tiny');
      const other = await mkdtemp(join(folder, 'other-'));
      await writeFile(join(other, 'notes.txt'), 'mine');
      await expect(convertCheckpoint({ checkpoint, out: other, overwrite: true })).rejects.toMatchObject({
        code: 'invalid_configuration',
        message: expect.stringContaining('notes.txt'),
      });
      expect(await readFile(join(other, 'notes.txt'), 'utf8')).toBe('mine');
    });
  });

  describe('into a folder that holds a pack', () => {
    test('keeps the policy that lies in it', async () => {
      const checkpoint = fixture('models', 'siglip-tiny');
      await convertCheckpoint({ checkpoint, out });
      await writeFile(join(out, 'policy.json'), 'decided');
      await convertCheckpoint({ checkpoint, out, overwrite: true });
      expect(await readFile(join(out, 'policy.json'), 'utf8')).toBe('decided');
    });

    test('is refused unless it may overwrite', async () => {
      const first = await convertCheckpoint({ checkpoint: fixture('models', 'siglip-tiny'), out });
      const checkpoint = fixture('models', 'clip-tiny');
      await expect(convertCheckpoint({ checkpoint, out })).rejects.toMatchObject({
        code: 'invalid_configuration',
      });
      expect((await openPack(out, { verify: true })).hash).toBe(first.hash);

      const second = await convertCheckpoint({ checkpoint, out, overwrite: true });
      expect((await openPack(out, { verify: true })).hash).toBe(second.hash);
      expect(second.hash).not.toBe(first.hash);
      expect(await readdir(join(folder, 'packs'))).toEqual(['model']);
    });

    test('leaves it as it was when the work is stopped', async () => {
      const checkpoint = fixture('models', 'siglip-tiny');
      const first = await convertCheckpoint({ checkpoint, out });
      const controller = new AbortController();
      const stopped = convertCheckpoint({
        checkpoint: fixture('models', 'clip-f16'),
        out,
        overwrite: true,
        signal: controller.signal,
        onProgress: () => controller.abort(new Error('enough')),
      });
      await expect(stopped).rejects.toThrow();
      expect((await openPack(out, { verify: true })).hash).toBe(first.hash);
      expect(await readdir(join(folder, 'packs'))).toEqual(['model']);
    });
  });
});
