import { readSync } from 'node:fs';

/**
 * Fills `target` from `position` of an open file on.
 * @param name What the file is called in the error.
 * @throws RangeError where the file ends first, or the file system's error
 */
export function readFully(file: number, target: Uint8Array, position: number, name: string): void {
  for (let done = 0; done < target.byteLength; ) {
    const read = readSync(file, target, done, target.byteLength - done, position + done);
    if (read === 0) throw new RangeError(`${name} ends before byte ${position + done}.`);
    done += read;
  }
}
