import { type FileHandle, open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { ModerationError } from '../../contract/errors.js';
import { type Header, LENGTH_BYTES, MAX_HEADER_BYTES, parseHeader } from './header.js';

/** A safetensors file whose header was read and checked. Plain data: no handle stays open. */
export interface SafetensorsFile extends Header {
  readonly path: string;
  /** Size of the file. */
  readonly bytes: number;
  /** Where the first tensor's bytes begin: 8 plus the header's length. */
  readonly dataStart: number;
}

/**
 * Reads the header of a safetensors file, and nothing else of it.
 *
 * @throws ModerationError `checkpoint_invalid` when the file is missing, hostile, truncated, or another format
 */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  const name = basename(path);
  const handle = await openForReading(path, name);
  try {
    const { size: bytes } = await handle.stat();
    const length = await readHeaderLength(handle, bytes, name);
    const json = Buffer.alloc(length);
    await readFully(handle, json, LENGTH_BYTES, name);
    return { path, bytes, dataStart: LENGTH_BYTES + length, ...parseHeader(json, bytes, name) };
  } finally {
    await handle.close();
  }
}

/** Fills `target` from the file, however many reads that takes. */
export async function readFully(
  handle: FileHandle,
  target: Uint8Array,
  position: number,
  name: string,
): Promise<void> {
  let filled = 0;
  while (filled < target.byteLength) {
    const length = Math.min(target.byteLength - filled, MAX_READ_BYTES);
    const { bytesRead } = await handle.read(target, filled, length, position + filled);
    if (bytesRead === 0)
      throw new ModerationError('checkpoint_invalid', `${name} ends too early; it was cut.`);
    filled += bytesRead;
  }
}

/** Below the 2 GiB that one read call can return. */
const MAX_READ_BYTES = 1 << 30;

async function openForReading(path: string, name: string): Promise<FileHandle> {
  try {
    // Asked before it is opened: opening a pipe waits for a writer.
    if ((await stat(path)).isFile()) return await open(path, 'r');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    throw new ModerationError('checkpoint_invalid', `${name} cannot be opened (${code}).`, { cause });
  }
  throw new ModerationError('checkpoint_invalid', `${name} is no regular file.`);
}

async function readHeaderLength(handle: FileHandle, fileBytes: number, name: string): Promise<number> {
  const start = Buffer.alloc(LENGTH_BYTES + 1);
  await handle.read(start, 0, start.length, 0);
  refusePickle(start, name);
  const length = start.readBigUInt64LE();
  if (fileBytes < LENGTH_BYTES || length < 2n || length > BigInt(fileBytes - LENGTH_BYTES)) {
    throw new ModerationError(
      'checkpoint_invalid',
      `${name} is no safetensors file, or was cut: it has ${fileBytes} bytes and claims a header of ${length}.`,
    );
  }
  if (length > BigInt(MAX_HEADER_BYTES)) {
    throw new ModerationError(
      'checkpoint_invalid',
      `The header of ${name} has ${length} bytes; at most ${MAX_HEADER_BYTES} are read.`,
    );
  }
  return Number(length);
}

/** PyTorch's own files are zip archives or, from older versions, pickle streams of protocol 2 and later. */
function refusePickle(start: Buffer, name: string): void {
  if (start[LENGTH_BYTES] === 0x7b) return; // the `{` of a header, whose length may look like anything
  const isZip = start.readUInt32LE() === 0x04034b50;
  const isPickle = start[0] === 0x80 && (start[1] as number) >= 2 && (start[1] as number) <= 5;
  if (isZip || isPickle) throw pickleError(name);
}

/** What to say about a checkpoint that would have to be unpickled. */
export function pickleError(name: string): ModerationError {
  return new ModerationError(
    'checkpoint_invalid',
    `${name} is a pickled PyTorch checkpoint. Loading one can run any code that its author put into it, so only ` +
      'safetensors files are read. Save the weights with safetensors.torch.save_file(model.state_dict(), ' +
      "'model.safetensors') on the machine that trained them.",
  );
}
