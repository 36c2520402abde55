/**
 * The table of token embeddings, [rows, width], where it lies in a pack's weights. It is large (SigLIP2: 256,000 rows,
 * half of the model) and a text needs a few rows of it, so no graph holds it: rows are read as they are needed, by the
 * operating system's cache.
 */
import { closeSync, openSync, readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { ModerationError } from '../contract/errors.js';
import { float16ToFloat32 } from '../numeric/half.js';
import { readFully } from './read-fully.js';

/** What a pack's manifest tells of the table; its `tokenTable` has these fields, and the name of the checksums' file. */
export interface TokenTableSpec {
  /** F32 and F16: the values. I8: the values divided by their row's scale. */
  readonly dtype: 'F32' | 'F16' | 'I8';
  readonly rows: number;
  readonly width: number;
  /** Where it begins in the file, in bytes. */
  readonly offset: number;
  /** Where the scales begin, float32 [rows], in bytes; null where there are none. */
  readonly scales: number | null;
}

const STORED = { F32: Float32Array, F16: Uint16Array, I8: Int8Array } as const;

export function bytesOfRow({ dtype, width }: TokenTableSpec): number {
  return width * STORED[dtype].BYTES_PER_ELEMENT;
}

/** Not to be shared by threads. */
export class TokenTable {
  readonly spec: TokenTableSpec;
  readonly #file: number;
  /** float32 [rows], where the dtype has scales. */
  readonly #scales: Float32Array | undefined;
  /** uint32 [rows], where they are given. */
  readonly #checksums: Uint32Array | undefined;
  /** One row as it is stored, read anew for every token. */
  readonly #row: Uint8Array;
  readonly #values: Float32Array | Uint16Array | Int8Array;
  /** What was given out last: a megabyte for each batch would keep the garbage collector busy. */
  #embedded: Float32Array<ArrayBuffer> = new Float32Array();

  /**
   * Opens the file; throws the file system's error, or a RangeError where a file is too short.
   * @param checksums The file that lib/text/row-checksums.ts writes. Default: rows are taken as they are.
   */
  constructor(path: string, spec: TokenTableSpec, checksums?: string) {
    this.spec = spec;
    this.#values = new STORED[spec.dtype](spec.width);
    this.#row = new Uint8Array(this.#values.buffer);
    this.#file = openSync(path, 'r');
    try {
      if (spec.scales !== null) this.#scales = this.#readScales(spec.scales);
      if (checksums !== undefined) this.#checksums = readChecksums(checksums, spec.rows);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /**
   * The embeddings of `ids`, float32 [ids.length, width], row after row. They hold until the next call.
   * @throws RangeError for an id that the table has no row for; ModerationError `output_invalid` for a row that was altered
   */
  embed(ids: Int32Array): Float32Array<ArrayBuffer> {
    const { rows, width, offset } = this.spec;
    const embedded = this.#room(ids.length * width);
    for (const [index, id] of ids.entries()) {
      if (!(id >= 0 && id < rows)) throw new RangeError(`Token ${id}; the table has rows 0 to ${rows - 1}.`);
      this.#read(this.#row, offset + id * this.#row.byteLength);
      this.#check(id);
      this.#widen(id, embedded, index * width);
    }
    return embedded;
  }

  #room(length: number): Float32Array<ArrayBuffer> {
    if (this.#embedded.length < length) this.#embedded = new Float32Array(length);
    return this.#embedded.subarray(0, length);
  }

  close(): void {
    closeSync(this.#file);
  }

  #check(id: number): void {
    if (this.#checksums === undefined || crc32(this.#row) === this.#checksums[id]) return;
    throw new ModerationError('output_invalid', `Row ${id} of the token table is not what was converted.`);
  }

  /** Puts the row that was read into `target`, as float32. */
  #widen(id: number, target: Float32Array, start: number): void {
    const values = this.#values;
    if (values instanceof Int8Array) scaleInto(target, start, values, this.#scales?.[id] ?? 1);
    else target.set(values instanceof Uint16Array ? float16ToFloat32(values) : values, start);
  }

  #readScales(offset: number): Float32Array {
    const bytes = new Uint8Array(this.spec.rows * Float32Array.BYTES_PER_ELEMENT);
    this.#read(bytes, offset);
    return new Float32Array(bytes.buffer);
  }

  #read(target: Uint8Array, position: number): void {
    readFully(this.#file, target, position, 'The file of the token table');
  }
}

function readChecksums(path: string, rows: number): Uint32Array {
  // Copied: a small file may come as a part of a larger buffer, at any address.
  const bytes = new Uint8Array(readFileSync(path));
  const expected = rows * Uint32Array.BYTES_PER_ELEMENT;
  if (bytes.length !== expected) {
    throw new RangeError(
      `The checksums of the token table have ${bytes.length} bytes, expected ${expected}.`,
    );
  }
  return new Uint32Array(bytes.buffer);
}

function scaleInto(target: Float32Array, start: number, values: Int8Array, scale: number): void {
  for (let index = 0; index < values.length; index++) {
    target[start + index] = (values[index] as number) * scale;
  }
}
