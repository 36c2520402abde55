import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { isExhausted } from '../../contract/exhaustion.js';
import { Findings } from '../findings.js';
import type { FileRange, Manifest } from '../manifest.js';
import { Gmac } from './gmac.js';

/** What is read at once: it stays in a core's cache from the reading to the checksum. */
const CHUNK_BYTES = 256 * 1024;

/** `gmac` tells accidents; `sha256` tells intent as well, and takes four times as long, reading included. */
export type Checksum = 'gmac' | 'sha256';

interface Running {
  update(chunk: Uint8Array): void;
  /** In lower-case hex. */
  digest(): string;
}

const CHECKSUMS: Readonly<Record<Checksum, { readonly title: string; start(): Running }>> = {
  gmac: { title: 'GMAC', start: () => new Gmac() },
  sha256: { title: 'SHA-256', start: startSha256 },
};

/** The files of a pack as its manifest lists them. */
export interface Listed {
  readonly files: Manifest['files'];
  /** What the GMAC of its file leaves out. */
  readonly leftOut: FileRange;
}

/**
 * Reads every file of a pack and compares a checksum. It blocks, for a second or less for each gigabyte, and is for a
 * thread of its own; {@link verifyPack} is for others.
 *
 * @throws ModerationError `pack_invalid`, listing every file that is another or cannot be read
 */
export function compareFiles(folder: string, { files, leftOut }: Listed, checksum: Checksum): void {
  const { title, start } = CHECKSUMS[checksum];
  const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  const findings = new Findings();
  for (const [name, entry] of Object.entries(files)) {
    try {
      const range = checksum === 'gmac' && leftOut.file === name ? leftOut : NOTHING;
      const found = digestOf(join(folder, name), start(), buffer, range);
      if (found !== entry[checksum]) findings.add(misfit(name, title, found, entry[checksum]));
    } catch (error) {
      if (isExhausted(error)) throw error;
      findings.add(`${name} cannot be read (${(error as NodeJS.ErrnoException).code ?? error})`);
    }
  }
  raiseAltered(folder, findings);
}

/** One file that is another than the manifest lists, in words. */
export function misfit(name: string, title: string, found: string | undefined, listed: string): string {
  return `${name} has ${title} ${found}, the manifest says ${listed}`;
}

export function raiseAltered(folder: string, findings: Findings): void {
  findings.raise('pack_invalid', `The model pack ${folder} is incomplete or was altered`);
}

/** Without the bytes from `start` to `end`. */
function digestOf(
  path: string,
  running: Running,
  buffer: Buffer,
  { start, end }: Omit<FileRange, 'file'>,
): string {
  const file = openSync(path, 'r');
  try {
    for (let position = 0; ; ) {
      if (position === start) position = end;
      const room = position < start ? Math.min(buffer.length, start - position) : buffer.length;
      const bytes = readSync(file, buffer, 0, room, position);
      if (bytes === 0) return running.digest();
      running.update(buffer.subarray(0, bytes));
      position += bytes;
    }
  } finally {
    closeSync(file);
  }
}

/** A range behind the end of any file. */
const NOTHING = { start: Number.POSITIVE_INFINITY, end: Number.POSITIVE_INFINITY };

function startSha256(): Running {
  const hash = createHash('sha256');
  return { update: (chunk) => void hash.update(chunk), digest: () => hash.digest('hex') };
}
