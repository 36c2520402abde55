import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Checkpoint } from '../../lib/checkpoint/checkpoint.js';
import { fixture } from '../support/project-root.js';
import { temporaryFolder } from './support/temporary-folder.js';

const published = fixture('models', 'siglip-tiny');

/** A folder with empty files of these names, or a copy of a fixture's weights where the name ends in .safetensors. */
async function folderWith(...names: string[]): Promise<string> {
  const folder = await temporaryFolder();
  for (const name of names) {
    if (name.endsWith('.safetensors'))
      await copyFile(join(published, 'model.safetensors'), join(folder, name));
    else await writeFile(join(folder, name), '');
  }
  return folder;
}

describe('opening a checkpoint', () => {
  test('by its folder gives tensors and configs', async () => {
    const checkpoint = await Checkpoint.open(published);
    expect(checkpoint.folder).toBe(published);
    expect(checkpoint.weightsFile).toBe(join(published, 'model.safetensors'));
    expect(checkpoint.tensors.get('cls.4.weight')).toMatchObject({ dtype: 'F32', shape: [5, 32] });
    expect(checkpoint.configs.inference?.fusion_dim).toBe(32);
  });

  test('by its weights gives the same', async () => {
    const checkpoint = await Checkpoint.open(join(published, 'model.safetensors'));
    expect(checkpoint.folder).toBe(published);
    expect(checkpoint.configs.inference?.fusion_dim).toBe(32);
  });

  test('takes the only safetensors file where none has the usual name', async () => {
    const folder = await folderWith('classifier.safetensors', 'training_args.bin');
    expect((await Checkpoint.open(folder)).weightsFile).toBe(join(folder, 'classifier.safetensors'));
  });

  test('prefers the usual name among several', async () => {
    const folder = await folderWith('a.safetensors', 'model.safetensors', 'pytorch_model.bin');
    expect((await Checkpoint.open(folder)).weightsFile).toBe(join(folder, 'model.safetensors'));
  });
});

describe('what cannot be opened as a checkpoint is told:', () => {
  test.each([
    [
      'only a pickle',
      ['config.json', 'pytorch_model.bin'],
      'pytorch_model.bin is a pickled PyTorch checkpoint',
    ],
    [
      'weights in several files',
      ['model-1.safetensors', 'model-2.safetensors'],
      'Weights in several files are not read',
    ],
    ['no weights', ['config.json', 'training_args.bin'], 'It holds ["config.json","training_args.bin"]'],
    ['nothing', [], 'It is empty'],
  ])('%s', async (_title, names, message) => {
    await expect(Checkpoint.open(await folderWith(...names))).rejects.toMatchObject({
      code: 'checkpoint_invalid',
      message: expect.stringContaining(message),
    });
  });

  test('a path that does not exist', async () => {
    await expect(Checkpoint.open(join(published, 'nothing'))).rejects.toThrow('does not exist');
  });

  test('a folder named like the weights', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'model.safetensors'));
    await expect(Checkpoint.open(folder)).rejects.toThrow('model.safetensors is no regular file');
  });
});
