/**
 * The inner loops of the resampler, in WebAssembly SIMD. Pillow adds products of 8-bit pixels and 22-bit fixed-point
 * weights in 32-bit integers. A weight is split here as `high * 2^15 + low`, so that one instruction (`dot`) takes two
 * taps of four channels; the two partial sums are joined at the end. As 32-bit sums wrap, the result is the same
 * integer, bit for bit.
 */
import { PRECISION_BITS } from './taps.js';
import {
  assemble,
  type Code,
  doWhile,
  FunctionBuilder,
  type FunctionDefinition,
  i8x16,
  i16x8,
  i32,
  i32x4,
  increment,
  v128,
} from './wasm.js';

/** Bits of a weight's low part. The high part then fits in 16 signed bits for weights below 2^30. */
export const LOW_BITS = 15;
/** Taps that the horizontal kernel takes at a time, and the bytes of their weights. */
export const TAPS_PER_GROUP = 4;
export const GROUP_BYTES = 16;
/** Rows that the vertical kernel takes at a time, and the bytes of their weights. */
export const ROWS_PER_PAIR = 2;
export const PAIR_BYTES = 8;
/** Bytes that a kernel reads or writes at a time, and so may touch beyond the end of a row. */
export const VECTOR_BYTES = 16;

const ZERO = 0x80;
/** Taps 0 and 1 of a row of RGB pixels as 16-bit lanes r0 r1 g0 g1 b0 b1 0 0; taps 2 and 3 alike. */
const FIRST_TAPS = [0, ZERO, 3, ZERO, 1, ZERO, 4, ZERO, 2, ZERO, 5, ZERO, ZERO, ZERO, ZERO, ZERO];
const SECOND_TAPS = [6, ZERO, 9, ZERO, 7, ZERO, 10, ZERO, 8, ZERO, 11, ZERO, ZERO, ZERO, ZERO, ZERO];
/** Bytes of two rows, one after the other in turn: the lower and the upper eight of each. */
const INTERLEAVE_LOW = [0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23];
const INTERLEAVE_HIGH = [8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31];

const ROUNDING = i32x4.splat(i32.const(1 << (PRECISION_BITS - 1)));
const NOTHING = i32x4.splat(i32.const(0));

/** Joins the partial sums and drops the fraction. */
const finish = (low: Code, high: Code): Code =>
  i32x4.shiftRightSigned(i32x4.add(i32x4.shiftLeft(high, LOW_BITS), low), PRECISION_BITS);

/**
 * `horizontal(source, sourceStride, target, targetStride, rows, columns, taps, groups)`: resamples rows of RGB pixels.
 * `taps` holds for each column the byte offset of its first pixel (i32) and `groups` groups of weights: for taps 0
 * and 1 the low then the high parts (two i16 each), then the same for taps 2 and 3.
 */
function horizontal(): FunctionDefinition {
  const f = new FunctionBuilder();
  const { source, sourceStride, target, targetStride, rows, columns, taps, groups } = f.parameters(
    'source',
    'sourceStride',
    'target',
    'targetStride',
    'rows',
    'columns',
    'taps',
    'groups',
  );
  const { pixel, out, weights, group, column, row } = f.locals(
    'i32',
    'pixel',
    'out',
    'weights',
    'group',
    'column',
    'row',
  );
  const { bytes, low, high } = f.locals('v128', 'bytes', 'low', 'high');
  const weight = (offset: number): Code => v128.load32Splat(weights.get, offset);
  const accumulate = (order: number[], offset: number): Code[] => {
    const pixels = i8x16.swizzle(bytes.get, v128.const(order));
    return [
      low.set(i32x4.add(low.get, i32x4.dot(pixels, weight(offset)))),
      high.set(i32x4.add(high.get, i32x4.dot(pixels, weight(offset + 4)))),
    ];
  };
  const sum = doWhile(
    [
      bytes.set(v128.load(pixel.get)),
      ...accumulate(FIRST_TAPS, 0),
      ...accumulate(SECOND_TAPS, 8),
      increment(pixel, i32.const(3 * TAPS_PER_GROUP)),
      increment(weights, i32.const(GROUP_BYTES)),
      increment(group, i32.const(1)),
    ],
    i32.lessThan(group.get, groups.get),
  );
  const total = finish(low.get, high.get);
  const eachColumn = doWhile(
    [
      pixel.set(i32.add(source.get, i32.load(weights.get))),
      increment(weights, i32.const(4)),
      low.set(ROUNDING),
      high.set(NOTHING),
      group.set(i32.const(0)),
      sum,
      low.set(total),
      low.set(i16x8.narrowSigned(low.get, low.get)),
      v128.store32Lane(0, out.get, i8x16.narrowUnsigned(low.get, low.get)),
      increment(out, i32.const(3)),
      increment(column, i32.const(1)),
    ],
    i32.lessThan(column.get, columns.get),
  );
  const eachRow = doWhile(
    [
      out.set(target.get),
      weights.set(taps.get),
      column.set(i32.const(0)),
      eachColumn,
      increment(source, sourceStride.get),
      increment(target, targetStride.get),
      increment(row, i32.const(1)),
    ],
    i32.lessThan(row.get, rows.get),
  );
  return f.build('horizontal', [eachRow]);
}

/**
 * `vertical(source, stride, target, bytes, taps, pairs)`: one row of the result from rows at `source`. `taps` holds
 * for each pair of rows the low then the high parts of its weights (two i16 each).
 */
function vertical(): FunctionDefinition {
  const f = new FunctionBuilder();
  const { source, stride, target, bytes, taps, pairs } = f.parameters(
    'source',
    'stride',
    'target',
    'bytes',
    'taps',
    'pairs',
  );
  const { pixel, weights, pair, offset } = f.locals('i32', 'pixel', 'weights', 'pair', 'offset');
  const { first, second, lowWeight, highWeight, mixed } = f.locals(
    'v128',
    'first',
    'second',
    'lowWeight',
    'highWeight',
    'mixed',
  );
  const sums = [0, 1, 2, 3].map((quad) => ({ quad, ...f.locals('v128', 'low', 'high') }));
  const quads = (quad: number): Code => {
    const order = quad < 2 ? INTERLEAVE_LOW : INTERLEAVE_HIGH;
    const interleaved = i8x16.shuffle(order, first.get, second.get);
    return quad % 2 === 0 ? i16x8.extendLowUnsigned(interleaved) : i16x8.extendHighUnsigned(interleaved);
  };
  const sum = doWhile(
    [
      first.set(v128.load(pixel.get)),
      second.set(v128.load(i32.add(pixel.get, stride.get))),
      lowWeight.set(v128.load32Splat(weights.get)),
      highWeight.set(v128.load32Splat(weights.get, 4)),
      ...sums.flatMap(({ quad, low, high }) => [
        mixed.set(quads(quad)),
        low.set(i32x4.add(low.get, i32x4.dot(mixed.get, lowWeight.get))),
        high.set(i32x4.add(high.get, i32x4.dot(mixed.get, highWeight.get))),
      ]),
      increment(pixel, i32.add(stride.get, stride.get)),
      increment(weights, i32.const(PAIR_BYTES)),
      increment(pair, i32.const(1)),
    ],
    i32.lessThan(pair.get, pairs.get),
  );
  const total = sums.map(({ low, high }) => finish(low.get, high.get));
  const [a, b, c, d] = total as [Code, Code, Code, Code];
  const eachVector = doWhile(
    [
      pixel.set(i32.add(source.get, offset.get)),
      weights.set(taps.get),
      pair.set(i32.const(0)),
      ...sums.flatMap(({ low, high }) => [low.set(ROUNDING), high.set(NOTHING)]),
      sum,
      v128.store(
        i32.add(target.get, offset.get),
        i8x16.narrowUnsigned(i16x8.narrowSigned(a, b), i16x8.narrowSigned(c, d)),
      ),
      increment(offset, i32.const(VECTOR_BYTES)),
    ],
    i32.lessThan(offset.get, bytes.get),
  );
  return f.build('vertical', [eachVector]);
}

export interface Kernels {
  horizontal(
    source: number,
    sourceStride: number,
    target: number,
    targetStride: number,
    rows: number,
    columns: number,
    taps: number,
    groups: number,
  ): void;
  vertical(source: number, stride: number, target: number, bytes: number, taps: number, pairs: number): void;
  /** The memory that the kernels work in, grown to at least `bytes`. Earlier views are void after it. */
  memoryOf(bytes: number): Uint8Array<ArrayBuffer>;
}

const PAGE_BYTES = 65_536;

/** Compiles the kernels, which takes about a millisecond, with a memory of their own. */
export function instantiateKernels(): Kernels {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const module = new WebAssembly.Module(assemble([horizontal(), vertical()]));
  const { exports } = new WebAssembly.Instance(module, { host: { memory } });
  const kernels = exports as Pick<Kernels, 'horizontal' | 'vertical'>;
  return {
    horizontal: kernels.horizontal,
    vertical: kernels.vertical,
    memoryOf(bytes) {
      const missing = bytes - memory.buffer.byteLength;
      if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
      return new Uint8Array(memory.buffer);
    },
  };
}
