import { existsSync } from 'node:fs';
import { open, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { append, explainFullDisk, writeAtomically } from '../../lib/checkpoint/atomic-file.js';
import { temporaryFolder } from './support/temporary-folder.js';

describe('writing a file atomically', () => {
  test('the name shows the old content until the new one is complete', async () => {
    const path = join(await temporaryFolder(), 'file');
    await writeFile(path, 'old');
    await writeAtomically(path, async (handle) => {
      await append(handle, Buffer.from('new'));
      expect(await readFile(path, 'utf8')).toBe('old');
    });
    expect(await readFile(path, 'utf8')).toBe('new');
  });

  test('a failure leaves the old file and no temporary one', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), 'old');
    const writing = writeAtomically(join(folder, 'file'), async () => {
      throw new Error('half-way');
    });
    await expect(writing).rejects.toThrow('half-way');
    expect(await readdir(folder)).toEqual(['file']);
  });
});

test('a full disk is told as resource_exhausted', async () => {
  const error = await writeToFullDisk();
  expect(explainFullDisk(error, '/some/model.safetensors')).toMatchObject({
    code: 'resource_exhausted',
    message: 'The disk is full (ENOSPC) while writing /some/model.safetensors.',
  });
});

test('other errors stay what they are', () => {
  const error = new Error('other');
  expect(explainFullDisk(error, '/x')).toBe(error);
});

/** What a write to a full disk fails with. Linux has a device for that; elsewhere the error is made up. */
async function writeToFullDisk(): Promise<unknown> {
  if (!existsSync('/dev/full'))
    return Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  const full = await open('/dev/full', 'w');
  try {
    return await append(full, Buffer.from('x')).catch((error: unknown) => error);
  } finally {
    await full.close();
  }
}
