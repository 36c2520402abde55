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
 * Reads a text file in UTF-8 whose size is bounded. A device or a pipe, which could be read for ever, is refused.
 *
 * @throws UnreadableFile
 */
export async function readSmallText(path: string, maxBytes: number): Promise<string> {
  let bytes: Uint8Array;
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new UnreadableFile('is no regular file');
    if (found.size > maxBytes)
      throw new UnreadableFile(`has ${found.size} bytes; at most ${maxBytes} are read`);
    bytes = await readFile(path);
  } catch (error) {
    if (error instanceof UnreadableFile) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new UnreadableFile(`cannot be read (${code})`, code === 'ENOENT');
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UnreadableFile('is not in UTF-8');
  }
}
