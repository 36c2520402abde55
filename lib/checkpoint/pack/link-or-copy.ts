import { constants } from 'node:fs';
import { copyFile, link, realpath, rename, rm, stat, symlink } from 'node:fs/promises';
import { explainFullDisk, temporaryName } from '../atomic-file.js';

export interface LinkOptions {
  /**
   * What to do where hard links do not work (another file system, or one without links): `symlink` to the source's
   * real path, or `copy` its bytes, as a copy-on-write clone where the file system can.
   */
  readonly otherwise: 'symlink' | 'copy';
}

export type LinkResult = 'linked' | 'symlinked' | 'copied';

/**
 * Makes `target` the same file as `source`, with no second copy of its bytes where that is possible. A target that
 * exists is replaced at once; readers see the old file or the new one.
 *
 * @throws ModerationError `resource_exhausted` when the disk is full
 */
export async function linkOrCopy(source: string, target: string, options: LinkOptions): Promise<LinkResult> {
  const real = await realpath(source);
  if (await isSameFile(real, target)) return 'linked';
  const temporary = temporaryName(target);
  try {
    const result = await place(real, temporary, options.otherwise);
    await rename(temporary, target);
    return result;
  } catch (error) {
    await rm(temporary, { force: true });
    throw explainFullDisk(error, target);
  }
}

async function place(source: string, target: string, otherwise: 'symlink' | 'copy'): Promise<LinkResult> {
  try {
    await link(source, target);
    return 'linked';
  } catch (error) {
    if (!CANNOT_LINK.has((error as NodeJS.ErrnoException).code)) throw error;
  }
  if (otherwise === 'symlink') {
    await symlink(source, target);
    return 'symlinked';
  }
  await copyFile(source, target, constants.COPYFILE_FICLONE);
  return 'copied';
}

/** Another file system; links forbidden (Linux: files of other users) or unknown here; too many links to the file. */
const CANNOT_LINK = new Set<string | undefined>(['EXDEV', 'EPERM', 'EACCES', 'ENOTSUP', 'ENOSYS', 'EMLINK']);

/** Renaming one hard link over another of the same file does nothing and would leave the temporary name behind. */
async function isSameFile(source: string, target: string): Promise<boolean> {
  const [a, b] = await Promise.all([stat(source), stat(target).catch(() => undefined)]);
  return b !== undefined && a.dev === b.dev && a.ino === b.ino;
}
