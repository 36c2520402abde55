import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openPack } from '../../lib/checkpoint/pack/pack.js';
import { resolveModel } from '../../lib/cli/resolve-model.js';
import { convertCheckpoint } from '../../lib/convert/convert.js';
import { fixture, projectRoot } from '../support/project-root.js';

const CHECKPOINT = fixture('models', 'siglip-tiny');
const COMPILED = join(projectRoot, 'dist', 'lib', 'cli', 'resolve-model.js');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resolve-model-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('finding the model to load', () => {
  test('a pack is taken as it is, and disposing leaves it alone', async () => {
    const out = join(folder, 'pack');
    await convertCheckpoint({ checkpoint: CHECKPOINT, out });
    const model = await resolveModel(out);
    expect(model).toMatchObject({ packFolder: out, converted: false });
    await model.dispose();
    await openPack(out, { verify: true });
  });

  test('a checkpoint is converted in the scratch folder, which disposing empties', async () => {
    const before = await readdir(CHECKPOINT);
    const scratchDir = join(folder, 'new', 'scratch');
    const model = await resolveModel(CHECKPOINT, { scratchDir });
    expect(model.converted).toBe(true);
    expect(model.packFolder.startsWith(scratchDir)).toBe(true);
    expect((await openPack(model.packFolder, { verify: true })).manifest.precision).toBe('fp32');
    await model.dispose();
    expect(await readdir(scratchDir)).toEqual([]);
    expect(await readdir(CHECKPOINT)).toEqual(before);
  });

  // A worker of Jest's has its own copy of the environment, which os.tmpdir() does not read: hence a process.
  const linux = process.platform === 'linux' ? test : test.skip;
  linux('/dev/shm, on Linux, serves where the temporary folder cannot be written', async () => {
    const script = `
      const { resolveModel } = await import(${JSON.stringify(pathToFileURL(COMPILED).href)});
      const model = await resolveModel(${JSON.stringify(CHECKPOINT)});
      console.log(model.packFolder);
      await model.dispose();`;
    const env = { ...process.env, TMPDIR: join(folder, 'missing') };
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      env,
    });
    expect(stdout.trim()).toMatch(/^\/dev\/shm\/moderation-pack-\w+\/pack$/);
    await expect(readdir(dirname(stdout.trim()))).rejects.toThrow('ENOENT');
  });

  test('a checkpoint is calibrated on generated posts when it is to be int8', async () => {
    const model = await resolveModel(CHECKPOINT, { precision: 'int8', scratchDir: folder });
    const { manifest } = await openPack(model.packFolder, { verify: true });
    expect(manifest.precision).toBe('int8');
    await model.dispose();
  });

  linux('int8 is calibrated on another file system too, where weights are only linked by name', async () => {
    const scratchDir = await mkdtemp('/dev/shm/resolve-model-');
    try {
      expect((await stat(scratchDir)).dev).not.toBe((await stat(CHECKPOINT)).dev);
      const model = await resolveModel(CHECKPOINT, { precision: 'int8', scratchDir });
      expect((await openPack(model.packFolder, { verify: true })).manifest.precision).toBe('int8');
      await model.dispose();
    } finally {
      await rm(scratchDir, { recursive: true });
    }
  });

  test('a scratch folder that cannot be written is told, with the variable to set', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    await expect(resolveModel(CHECKPOINT, { scratchDir: join(file, 'inside') })).rejects.toMatchObject({
      code: 'invalid_configuration',
      message: expect.stringMatching(/file\/inside \(ENOTDIR\)\. Set MODERATION_SCRATCH_DIR/),
    });
  });

  test('a checkpoint that cannot be converted leaves nothing in the scratch folder', async () => {
    const broken = join(folder, 'broken');
    const scratchDir = join(folder, 'scratch');
    await convertCheckpoint({ checkpoint: CHECKPOINT, out: broken });
    await rm(join(broken, 'manifest.json'));
    await rm(join(broken, 'model.safetensors'));
    const weights = await readFile(join(CHECKPOINT, 'model.safetensors'));
    await writeFile(join(broken, 'model.safetensors'), weights.subarray(0, 1000));
    await expect(resolveModel(broken, { scratchDir })).rejects.toMatchObject({ code: 'checkpoint_invalid' });
    expect(await readdir(scratchDir).catch(() => [])).toEqual([]);
  });

  test('aborting stops the conversion and removes what it began', async () => {
    const controller = new AbortController();
    const scratchDir = join(folder, 'scratch');
    controller.abort();
    await expect(resolveModel(CHECKPOINT, { scratchDir, signal: controller.signal })).rejects.toThrow(
      /abort/i,
    );
    expect(await readdir(scratchDir)).toEqual([]);
  });
});
