import type { RgbImage } from '../rgb-image.js';
import { type Kernels, ROWS_PER_PAIR, TAPS_PER_GROUP, VECTOR_BYTES } from './kernels.js';
import { type PackedTaps, packColumns, packRows } from './packing.js';
import { firstTouched, lastTouched, type Taps } from './taps.js';

const CHANNELS = 3;
/** Input that is taken at a time: small enough to stay in a core's cache. */
const STRIP_BYTES = 128 * 1024;

/** Where things lie in the kernels' memory, in bytes. */
interface Layout {
  readonly columnTaps: number;
  readonly rowTaps: number;
  /** Input of the horizontal pass: a strip of input rows. */
  readonly strip: number;
  /** Input of the vertical pass: the rows that outputs still need. */
  readonly window: number;
  readonly output: number;
  readonly end: number;
}

/**
 * Both passes over one image. The horizontal one runs ahead strip by strip, the vertical one follows row by row, and rows that no
 * further output needs are dropped. So the memory it takes depends on the scale, not on the image's height.
 */
export class Resampling {
  readonly #kernels: Kernels;
  readonly #image: RgbImage;
  readonly #rows: Taps;
  readonly #packedColumns: PackedTaps;
  readonly #packedRows: PackedTaps;
  /** Width and height of the result, in pixels. */
  readonly #width: number;
  readonly #height: number;
  /** The first input column that is touched, and the bytes of a row from there to the last. */
  readonly #left: number;
  readonly #inputStride: number;
  readonly #stripRows: number;
  readonly #windowStride: number;
  readonly #layout: Layout;
  readonly #memory: Uint8Array<ArrayBuffer>;

  constructor(kernels: Kernels, image: RgbImage, columns: Taps, rows: Taps) {
    this.#kernels = kernels;
    this.#image = image;
    this.#rows = rows;
    this.#left = firstTouched(columns);
    this.#packedColumns = packColumns(columns, this.#left);
    this.#packedRows = packRows(rows);
    this.#width = columns.first.length;
    this.#height = rows.first.length;
    this.#inputStride = (lastTouched(columns) - this.#left) * CHANNELS;
    this.#stripRows = Math.max(1, Math.floor(STRIP_BYTES / this.#inputStride));
    // The kernels write whole vectors, so a row of theirs needs room behind it.
    this.#windowStride = this.#width * CHANNELS + VECTOR_BYTES;
    this.#layout = this.#place();
    this.#memory = kernels.memoryOf(this.#layout.end);
    this.#memory.set(this.#packedColumns.bytes, this.#layout.columnTaps);
    this.#memory.set(this.#packedRows.bytes, this.#layout.rowTaps);
  }

  #place(): Layout {
    const stripBytes = this.#stripRows * this.#inputStride;
    const windowRows = this.#stripRows + (this.#packedRows.count + 1) * ROWS_PER_PAIR;
    const overread = this.#packedColumns.count * TAPS_PER_GROUP * CHANNELS + VECTOR_BYTES;
    const columnTaps = 0;
    const rowTaps = columnTaps + this.#packedColumns.bytes.length;
    const strip = rowTaps + this.#packedRows.bytes.length;
    const window = strip + stripBytes + overread;
    const output = window + windowRows * this.#windowStride + VECTOR_BYTES;
    const end = output + this.#height * this.#width * CHANNELS + VECTOR_BYTES;
    return { columnTaps, rowTaps, strip, window, output, end };
  }

  /** The result: uint8 [height, width, 3]. */
  run(): Uint8Array<ArrayBuffer> {
    const { first, count } = this.#rows;
    const end = lastTouched(this.#rows);
    // The window holds input rows `base` to `done - 1`; outputs before `next` are finished.
    let base = firstTouched(this.#rows);
    let done = base;
    let next = 0;
    while (next < this.#height) {
      const rows = Math.min(this.#stripRows, end - done);
      this.#admit(done, rows, this.#windowRow(done - base));
      done += rows;
      for (; next < this.#height && (first[next] ?? 0) + (count[next] ?? 0) <= done; next++) {
        this.#finish(next, this.#windowRow((first[next] ?? 0) - base));
      }
      const needed = Math.min(first[next] ?? done, done);
      this.#memory.copyWithin(
        this.#layout.window,
        this.#windowRow(needed - base),
        this.#windowRow(done - base),
      );
      base = needed;
    }
    const { output } = this.#layout;
    return this.#memory.slice(output, output + this.#height * this.#width * CHANNELS);
  }

  #windowRow(row: number): number {
    return this.#layout.window + row * this.#windowStride;
  }

  /** Takes `rows` input rows from `row` on into the window at `target`. */
  #admit(row: number, rows: number, target: number): void {
    this.#copyInput(row, rows);
    this.#horizontal(rows, target);
  }

  /** Makes row `row` of the result from the window's rows from `source` on. */
  #finish(row: number, source: number): void {
    const rowBytes = this.#width * CHANNELS;
    const target = this.#layout.output + row * rowBytes;
    const taps = this.#layout.rowTaps + row * this.#packedRows.stride;
    const pairs = Math.ceil((this.#rows.count[row] ?? 0) / ROWS_PER_PAIR);
    this.#kernels.vertical(source, this.#windowStride, target, rowBytes, taps, pairs);
  }

  /** Copies the touched columns of `rows` input rows into the strip. */
  #copyInput(row: number, rows: number): void {
    const target = this.#layout.strip;
    const { data, width } = this.#image;
    const bytes = this.#inputStride;
    if (bytes === width * CHANNELS) {
      this.#memory.set(data.subarray(row * bytes, (row + rows) * bytes), target);
      return;
    }
    for (let index = 0; index < rows; index++) {
      const from = ((row + index) * width + this.#left) * CHANNELS;
      this.#memory.set(data.subarray(from, from + bytes), target + index * bytes);
    }
  }

  #horizontal(rows: number, target: number): void {
    const { strip, columnTaps } = this.#layout;
    const [inputStride, windowStride, groups] = [
      this.#inputStride,
      this.#windowStride,
      this.#packedColumns.count,
    ];
    this.#kernels.horizontal(strip, inputStride, target, windowStride, rows, this.#width, columnTaps, groups);
  }
}
