import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { hashFile, hashFiles } from '../../../lib/checkpoint/pack/hash-file.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = await temporaryFolder();
const content = Buffer.alloc(5_000_000, 'some bytes');
const sha256 = createHash('sha256').update(content).digest('hex');
await writeFile(join(folder, 'large'), content);
await writeFile(join(folder, 'empty'), '');

describe('hashing files', () => {
  test('gives size and SHA-256', async () => {
    expect(await hashFile(join(folder, 'large'))).toEqual({ bytes: 5_000_000, sha256 });
    expect((await hashFile(join(folder, 'empty'))).sha256).toMatch(/^e3b0c44298fc1c14/);
  });

  test('tells the progress of the whole', async () => {
    const calls: [number, number][] = [];
    const entries = await hashFiles(folder, ['empty', 'large', 'large'], {
      onProgress: (done, total) => calls.push([done, total]),
    });
    expect(Object.keys(entries)).toEqual(['empty', 'large']);
    expect(calls.at(-1)).toEqual([10_000_000, 10_000_000]);
    expect(calls.map(([done]) => done)).toEqual(calls.map(([done]) => done).toSorted((a, b) => a - b));
  });

  test('stops when it is aborted half-way', async () => {
    const abort = new AbortController();
    const hashing = hashFile(join(folder, 'large'), {
      onProgress: () => abort.abort(),
      signal: abort.signal,
    });
    await expect(hashing).rejects.toThrow('aborted');
  });

  test('of a file that is not there fails', async () => {
    await expect(hashFile(join(folder, 'missing'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
