import { lstat, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { linkOrCopy } from '../../../lib/checkpoint/pack/link-or-copy.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = await temporaryFolder();
const source = join(folder, 'source');
await writeFile(source, 'content');

async function isSameFile(a: string, b: string): Promise<boolean> {
  const [left, right] = await Promise.all([stat(a), stat(b)]);
  return left.ino === right.ino && left.dev === right.dev;
}

describe('on one file system', () => {
  test('the target becomes a hard link', async () => {
    const target = join(folder, 'linked');
    expect(await linkOrCopy(source, target, { otherwise: 'copy' })).toBe('linked');
    expect((await lstat(target)).isSymbolicLink()).toBe(false);
    expect(await isSameFile(source, target)).toBe(true);
  });

  test('a target that exists is replaced, and doing it twice changes nothing', async () => {
    const target = join(folder, 'old');
    await writeFile(target, 'old');
    for (let time = 0; time < 2; time++) {
      expect(await linkOrCopy(source, target, { otherwise: 'copy' })).toBe('linked');
      expect(await readFile(target, 'utf8')).toBe('content');
    }
    expect((await readdir(folder)).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  test('a source that is a link is followed to the file itself', async () => {
    await symlink(source, join(folder, 'alias'));
    const target = join(folder, 'through-alias');
    await linkOrCopy(join(folder, 'alias'), target, { otherwise: 'copy' });
    expect((await lstat(target)).isSymbolicLink()).toBe(false);
    expect(await isSameFile(source, target)).toBe(true);
  });

  test('a source that is missing fails and leaves nothing behind', async () => {
    const empty = await temporaryFolder();
    await expect(linkOrCopy(join(empty, 'a'), join(empty, 'b'), { otherwise: 'copy' })).rejects.toThrow(
      'ENOENT',
    );
    expect(await readdir(empty)).toEqual([]);
  });
});

/** A new folder on another file system than the source's, where this machine has one. */
async function otherFileSystem(): Promise<string | undefined> {
  const here = await stat(folder);
  const memory = await stat('/dev/shm').catch(() => undefined);
  if (memory === undefined || memory.dev === here.dev) {
    console.warn('not tested: there is no second file system at /dev/shm');
    return undefined;
  }
  return mkdtemp('/dev/shm/moderation-test-');
}

test('from one file system to another the target becomes a symbolic link or a copy, as asked', async () => {
  const other = await otherFileSystem();
  if (other === undefined) return;
  try {
    expect(await linkOrCopy(source, join(other, 'a'), { otherwise: 'symlink' })).toBe('symlinked');
    expect(await linkOrCopy(source, join(other, 'b'), { otherwise: 'copy' })).toBe('copied');
    expect((await lstat(join(other, 'a'))).isSymbolicLink()).toBe(true);
    expect((await lstat(join(other, 'b'))).isFile()).toBe(true);
    expect(await readFile(join(other, 'a'), 'utf8')).toBe('content');
    expect(await readFile(join(other, 'b'), 'utf8')).toBe('content');
  } finally {
    await rm(other, { recursive: true });
  }
});
