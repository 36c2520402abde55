import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileEntry } from '../manifest.js';
import { Gmac } from './gmac.js';

/** Hashing a chunk of this size holds the event loop for about a millisecond; larger ones are not faster. */
const CHUNK_BYTES = 1024 * 1024;

export interface HashOptions {
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  readonly signal?: AbortSignal;
}

/** Size, GMAC and SHA-256 of a file, read as a stream. Rejects with the file system's error, or the signal's reason. */
export async function hashFile(path: string, options: HashOptions = {}): Promise<FileEntry> {
  const { onProgress, signal } = options;
  const { size } = await stat(path);
  const hash = createHash('sha256');
  const gmac = new Gmac();
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES, signal })) {
    hash.update(chunk as Buffer);
    gmac.update(chunk as Buffer);
    bytes += (chunk as Buffer).byteLength;
    onProgress?.(bytes, size);
  }
  return { bytes, gmac: gmac.digest(), sha256: hash.digest('hex') };
}

/** Sizes and checksums of several files of a folder, by name, with the progress of the whole. */
export async function hashFiles(
  folder: string,
  names: readonly string[],
  options: HashOptions = {},
): Promise<Record<string, FileEntry>> {
  const { onProgress, signal } = options;
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const entries: Record<string, FileEntry> = {};
  let before = 0;
  for (const name of names) {
    const entry = await hashFile(join(folder, name), {
      onProgress: (done) => onProgress?.(before + done, total),
      ...(signal && { signal }),
    });
    entries[name] = entry;
    before += entry.bytes;
  }
  return entries;
}
