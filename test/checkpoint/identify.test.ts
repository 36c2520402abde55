import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { identify, isCheckpoint, isPack } from '../../lib/checkpoint/identify.js';
import { fixture } from '../support/project-root.js';
import { temporaryFolder } from './support/temporary-folder.js';

async function folderWith(...paths: string[]): Promise<string> {
  const folder = await temporaryFolder();
  for (const path of paths) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), '');
  }
  return folder;
}

describe('telling packs from checkpoints', () => {
  test('a folder with a manifest is a pack, whatever else it holds', async () => {
    const folder = await folderWith('manifest.json', 'model.safetensors');
    expect(await identify(folder)).toBe('pack');
    expect(await isPack(folder)).toBe(true);
  });

  test('a folder with safetensors and no manifest is a checkpoint', async () => {
    expect(await identify(fixture('models', 'siglip-tiny'))).toBe('checkpoint');
    expect(await isCheckpoint(fixture('models', 'siglip-tiny'))).toBe(true);
    expect(await isPack(fixture('models', 'siglip-tiny'))).toBe(false);
  });

  test('neither is said of a folder without them, or of none at all', async () => {
    for (const folder of [await folderWith('a.txt'), '/no/such/folder']) {
      expect(await isPack(folder)).toBe(false);
      expect(await isCheckpoint(folder)).toBe(false);
    }
  });
});

describe('a folder that holds no model is refused with advice:', () => {
  test.each<[string, string[], string, string]>([
    ['an empty one', [], 'invalid_configuration', 'It is empty; expected manifest.json'],
    ['other files', ['a.txt', 'b.json'], 'invalid_configuration', 'It holds ["a.txt","b.json"]'],
    ['an archive', ['model.tar.gz'], 'invalid_configuration', 'Unpack model.tar.gz first.'],
    [
      'a pack one folder deeper',
      ['inner/manifest.json'],
      'invalid_configuration',
      'There is one in its folder "inner"',
    ],
    ['a checkpoint one folder deeper', ['x/model.safetensors'], 'invalid_configuration', 'in its folder "x"'],
    [
      'a pickle',
      ['pytorch_model.bin', 'config.json'],
      'checkpoint_invalid',
      'pytorch_model.bin is a pickled',
    ],
    ['shards', ['m-1.safetensors', 'm-2.safetensors'], 'checkpoint_invalid', 'Weights in several files'],
  ])('%s', async (_title, files, code, message) => {
    await expect(identify(await folderWith(...files))).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  test('one that does not exist, and a file', async () => {
    await expect(identify('/no/such/folder')).rejects.toThrow('/no/such/folder does not exist');
    await expect(identify(fixture('models', 'siglip-tiny', 'config.json'))).rejects.toThrow('is no folder');
  });
});
