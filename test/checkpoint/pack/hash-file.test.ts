import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Gmac } from '../../../lib/checkpoint/pack/gmac.js';
import { hashFile, hashFiles } from '../../../lib/checkpoint/pack/hash-file.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = await temporaryFolder();
const content = Buffer.alloc(5_000_000, 'some bytes');
const sha256 = createHash('sha256').update(content).digest('hex');
await writeFile(join(folder, 'large'), content);
await writeFile(join(folder, 'empty'), '');

function gmacOf(bytes: Buffer): string {
  const gmac = new Gmac();
  gmac.update(bytes);
  return gmac.digest();
}

describe('GMAC as a checksum', () => {
  // AES of a block of zeros under the zero key: GCM's specification, test case 1.
  test('of nothing is the one of the specification', () => {
    expect(gmacOf(Buffer.alloc(0))).toBe('58e2fccefa7e3061367f1d57a4e7455a');
  });

  test('does not depend on how the content is cut, and changes with any bit', () => {
    const gmac = new Gmac();
    for (const [start, end] of [
      [0, 7],
      [7, 4_000_001],
      [4_000_001, 5_000_000],
    ]) {
      gmac.update(content.subarray(start, end));
    }
    expect(gmac.digest()).toBe(gmacOf(content));
    const altered = Buffer.from(content);
    altered[4_999_999] = (altered[4_999_999] ?? 0) ^ 1;
    expect(gmacOf(altered)).not.toBe(gmacOf(content));
  });
});

describe('hashing files', () => {
  test('gives size, GMAC and SHA-256', async () => {
    expect(await hashFile(join(folder, 'large'))).toEqual({
      bytes: 5_000_000,
      gmac: gmacOf(content),
      sha256,
    });
    expect((await hashFile(join(folder, 'empty'))).sha256).toMatch(/^e3b0c44298fc1c14/);
  });

  test.each([
    [0, 10],
    [1_048_570, 1_048_590], // across the border of two chunks
    [10, 4_999_990],
    [5_000_000, 5_000_000],
  ])(
    'leaves bytes %i to %i out of the GMAC of the file that is named, and of nothing else',
    async (start, end) => {
      const leftOut = { file: 'large', start, end };
      const { large, empty } = await hashFiles(folder, ['large', 'empty'], { leftOut });
      const rest = Buffer.concat([content.subarray(0, start), content.subarray(end)]);
      expect(large).toEqual({ bytes: 5_000_000, gmac: gmacOf(rest), sha256 });
      expect(empty?.gmac).toBe(gmacOf(Buffer.alloc(0)));
    },
  );

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
