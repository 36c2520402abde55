import { CorruptImageError } from './opened-image.js';

const MAX_CODE_BITS = 12;
const TABLE_SIZE = 1 << MAX_CODE_BITS;
const NONE = -1;

/**
 * Unpacks `length` palette indices from GIF's variant of LZW. `literalBits` is the size of an index, 0 to 8. What
 * follows the last index is not looked at.
 * @throws CorruptImageError where the data ends early or holds an impossible code.
 */
export function unpackLzw(bytes: Uint8Array, literalBits: number, length: number): Uint8Array {
  const clear = 1 << literalBits;
  const end = clear + 1;
  const output = new Uint8Array(length);
  const table = new SequenceTable(clear);
  let next = clear + 2;
  let width = literalBits + 1;
  let previous = NONE;
  let written = 0;
  let buffer = 0;
  let bits = 0;
  let position = 0;
  while (written < length) {
    for (; bits < width; bits += 8) {
      if (position === bytes.length) throw new CorruptImageError('the pixel data ends early');
      buffer |= (bytes[position++] ?? 0) << bits;
    }
    const code = buffer & ((1 << width) - 1);
    buffer >>>= width;
    bits -= width;

    if (code === end) throw new CorruptImageError('the pixel data ends early');
    if (code === clear) {
      next = clear + 2;
      width = literalBits + 1;
      previous = NONE;
      continue;
    }
    if (previous === NONE ? code > clear : code > next) throw new CorruptImageError('impossible LZW code');
    const start = written;
    if (previous === NONE) {
      written += table.write(code, output, start);
    } else {
      // A code that is not in the table yet is the previous sequence and its own first index again.
      const known = code === next ? previous : code;
      written += table.write(known, output, start);
      const first = output[start] ?? 0;
      if (known !== code && written < length) output[written++] = first;
      if (next < TABLE_SIZE) table.extend(next++, previous, first);
      if (next === 1 << width && width < MAX_CODE_BITS) width++;
    }
    previous = code;
  }
  return output;
}

/** The sequences that codes stand for, each as a shorter one and one more index. */
class SequenceTable {
  private readonly parent = new Uint16Array(TABLE_SIZE);
  private readonly last = new Uint8Array(TABLE_SIZE);
  private readonly size = new Uint16Array(TABLE_SIZE);

  constructor(literals: number) {
    for (let literal = 0; literal < literals; literal++) this.last[literal] = literal;
    this.size.fill(1, 0, literals);
  }

  extend(code: number, parent: number, last: number): void {
    this.parent[code] = parent;
    this.last[code] = last;
    this.size[code] = (this.size[parent] ?? 0) + 1;
  }

  /** Writes a sequence at `start`, from its end to its beginning; what does not fit falls off. Returns its size. */
  write(code: number, output: Uint8Array, start: number): number {
    const size = this.size[code] ?? 0;
    for (let at = start + size - 1, rest = code; at >= start; at--) {
      if (at < output.length) output[at] = this.last[rest] ?? 0;
      rest = this.parent[rest] ?? 0;
    }
    return size;
  }
}
