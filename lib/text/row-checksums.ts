/**
 * The checksums of a token table's rows: a file of the CRC-32 of every row as it is stored, uint32 [rows], little endian.
 * With them, a table need not be read to the end to be trusted.
 */
import { open, writeFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { bytesOfRow, type TokenTableSpec } from './token-table.js';

/** Rows that are read at once: a few megabytes. */
const CHUNK_ROWS = 1024;

/** Writes the checksums of a table that lies in `weights`. Rejects with the file system's error, or the signal's reason. */
export async function writeRowChecksums(
  weights: string,
  spec: TokenTableSpec,
  target: string,
  signal?: AbortSignal,
): Promise<void> {
  const { rows, offset } = spec;
  const rowBytes = bytesOfRow(spec);
  const checksums = Buffer.alloc(rows * Uint32Array.BYTES_PER_ELEMENT);
  const chunk = Buffer.alloc(Math.min(rows, CHUNK_ROWS) * rowBytes);
  const file = await open(weights, 'r');
  try {
    for (let first = 0; first < rows; first += CHUNK_ROWS) {
      signal?.throwIfAborted();
      const bytes = Math.min(CHUNK_ROWS, rows - first) * rowBytes;
      const { bytesRead } = await file.read(chunk, 0, bytes, offset + first * rowBytes);
      if (bytesRead < bytes) throw new RangeError(`${weights} ends within the token table.`);
      for (let at = 0; at < bytes; at += rowBytes) {
        const row = first + at / rowBytes;
        checksums.writeUInt32LE(
          crc32(chunk.subarray(at, at + rowBytes)),
          row * Uint32Array.BYTES_PER_ELEMENT,
        );
      }
    }
  } finally {
    await file.close();
  }
  await writeFile(target, checksums);
}
