import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileEntry, FileRange } from '../manifest.js';
import { Gmac } from './gmac.js';

/** Hashing a chunk of this size holds the event loop for about a millisecond; larger ones are not faster. */
const CHUNK_BYTES = 1024 * 1024;

export interface HashOptions {
  /** What the GMAC of its file leaves out. Default: nothing. */
  readonly leftOut?: FileRange | undefined;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  readonly signal?: AbortSignal;
}

/** Size, GMAC and SHA-256 of a file, read as a stream. Rejects with the file system's error, or the signal's reason. */
export async function hashFile(path: string, options: HashOptions = {}): Promise<FileEntry> {
  const { onProgress, signal, leftOut } = options;
  const { size } = await stat(path);
  const hash = createHash('sha256');
  const gmac = new Gmac();
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES, signal })) {
    hash.update(chunk as Buffer);
    for (const part of partsOutside(chunk as Buffer, bytes, leftOut)) gmac.update(part);
    bytes += (chunk as Buffer).byteLength;
    onProgress?.(bytes, size);
  }
  return { bytes, gmac: gmac.digest(), sha256: hash.digest('hex') };
}

/** What of a chunk that begins at `position` lies before, and what behind, a range. */
function partsOutside(
  chunk: Buffer,
  position: number,
  range: Pick<FileRange, 'start' | 'end'> | undefined,
): Buffer[] {
  if (range === undefined) return [chunk];
  const within = (place: number) => Math.min(Math.max(place - position, 0), chunk.byteLength);
  return [chunk.subarray(0, within(range.start)), chunk.subarray(within(range.end))];
}

/** Sizes and checksums of several files of a folder, by name, with the progress of the whole. */
export async function hashFiles(
  folder: string,
  names: readonly string[],
  options: HashOptions = {},
): Promise<Record<string, FileEntry>> {
  const { onProgress, signal, leftOut } = options;
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const entries: Record<string, FileEntry> = {};
  let before = 0;
  for (const name of names) {
    const entry = await hashFile(join(folder, name), {
      onProgress: (done) => onProgress?.(before + done, total),
      leftOut: leftOut?.file === name ? leftOut : undefined,
      ...(signal && { signal }),
    });
    entries[name] = entry;
    before += entry.bytes;
  }
  return entries;
}
