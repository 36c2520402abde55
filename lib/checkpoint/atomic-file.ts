import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { ModerationError } from '../contract/errors.js';

/**
 * Writes a file under a temporary name beside its own and renames it when it is complete: a reader sees the old file
 * or the whole new one, and a failure leaves nothing behind.
 *
 * @throws ModerationError `resource_exhausted` when the disk or the quota is full
 */
export async function writeAtomically(
  path: string,
  write: (handle: FileHandle) => Promise<void>,
): Promise<void> {
  const temporary = temporaryName(path);
  try {
    const handle = await open(temporary, 'wx');
    try {
      await write(handle);
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw explainFullDisk(error, path);
  }
}

/** A name beside `path` that nothing else uses. */
export function temporaryName(path: string): string {
  return `${path}.${randomBytes(6).toString('hex')}.partial`;
}

/** Writes all of `bytes` at the handle's position. */
export async function append(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.byteLength) {
    written += (await handle.write(bytes, written, bytes.byteLength - written)).bytesWritten;
  }
}

/** The error itself, unless it tells that the disk or the quota is full. */
export function explainFullDisk(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new ModerationError('resource_exhausted', `The disk is full (${code}) while writing ${path}.`, {
    cause: error,
  });
}
