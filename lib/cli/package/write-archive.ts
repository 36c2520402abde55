import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { explainFullDisk, temporaryName } from '../../checkpoint/atomic-file.js';
import type { Pack } from '../../checkpoint/pack/pack.js';
import { type ArchiveOptions, archivePack } from './archive.js';

export interface WrittenArchive {
  readonly bytes: number;
  /** Of the archive, in hex. */
  readonly sha256: string;
}

/**
 * Writes a pack's archive to `path`, and its SHA-256 to `path.sha256` as `sha256sum --check` reads it. The archive
 * appears whole or not at all.
 *
 * @throws ModerationError `resource_exhausted` when the disk is full
 */
export async function writeArchive(
  pack: Pack,
  path: string,
  options: ArchiveOptions = {},
): Promise<WrittenArchive> {
  const temporary = temporaryName(path);
  const hash = createHash('sha256');
  let bytes = 0;
  async function* measured(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      hash.update(chunk);
      bytes += chunk.byteLength;
      yield chunk;
    }
  }
  try {
    await pipeline(archivePack(pack, options), measured, createWriteStream(temporary, { flags: 'wx' }));
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    options.signal?.throwIfAborted();
    throw explainFullDisk(error, path);
  }
  const sha256 = hash.digest('hex');
  await writeFile(`${path}.sha256`, `${sha256}  ${basename(path)}\n`);
  return { bytes, sha256 };
}
