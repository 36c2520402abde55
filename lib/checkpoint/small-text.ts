import { readFileSync, type Stats, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';

/** Why a file could not be read. The message continues a sentence that begins with the file's name. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';

  constructor(
    message: string,
    /** Whether there is no such file. */
    readonly missing = false,
  ) {
    super(message);
  }
}

/**
 * Reads a file whose size is bounded. A device or a pipe, which could be read for ever, is refused.
 *
 * @throws UnreadableFile
 */
export async function readSmallFile(path: string, maxBytes: number): Promise<Buffer> {
  try {
    checkSmall(await stat(path), maxBytes);
    return await readFile(path);
  } catch (error) {
    throw unreadable(error);
  }
}

/** The same at once. @throws UnreadableFile */
export function readSmallFileSync(path: string, maxBytes: number): Buffer {
  try {
    checkSmall(statSync(path), maxBytes);
    return readFileSync(path);
  } catch (error) {
    throw unreadable(error);
  }
}

function checkSmall(found: Stats, maxBytes: number): void {
  if (!found.isFile()) throw new UnreadableFile('is no regular file');
  if (found.size > maxBytes)
    throw new UnreadableFile(`has ${found.size} bytes; at most ${maxBytes} are read`);
}

function unreadable(error: unknown): UnreadableFile {
  if (error instanceof UnreadableFile) return error;
  const { code } = error as NodeJS.ErrnoException;
  return new UnreadableFile(`cannot be read (${code})`, code === 'ENOENT');
}

/**
 * Reads a text file in UTF-8, bounded as {@link readSmallFile}.
 *
 * @throws UnreadableFile
 */
export async function readSmallText(path: string, maxBytes: number): Promise<string> {
  return decodeText(await readSmallFile(path, maxBytes));
}

/** A file's bytes as text; a byte order mark is dropped. @throws UnreadableFile where they are not in UTF-8 */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UnreadableFile('is not in UTF-8');
  }
}
