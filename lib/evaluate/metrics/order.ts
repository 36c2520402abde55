/**
 * Indices of `values` from the largest to the smallest; equal values keep their order. Values must be at least 0.
 *
 * A radix sort over the bit patterns, which rise with the value for numbers of one sign; digits that all values share
 * are skipped, as the lower 29 bits of widened float32 values are.
 */
export function descendingOrder(values: Float64Array): Uint32Array {
  const count = values.length;
  const words = new Uint32Array(Float64Array.from(values, (value) => value + 0).buffer); // + 0: -0 becomes 0
  let order = Uint32Array.from({ length: count }, (_, index) => index);
  let next = new Uint32Array(count);
  for (let digit = 0; digit < 4; digit++) {
    const digits = digitsOf(words, digit, count);
    const starts = new Uint32Array(RADIX);
    for (const value of digits) starts[value] = (starts[value] as number) + 1;
    if (starts.includes(count)) continue;
    let start = 0;
    for (let value = RADIX - 1; value >= 0; value--) {
      const size = starts[value] as number;
      starts[value] = start;
      start += size;
    }
    for (let position = 0; position < count; position++) {
      const index = order[position] as number;
      const value = digits[index] as number;
      const place = starts[value] as number;
      next[place] = index;
      starts[value] = place + 1;
    }
    [order, next] = [next, order];
  }
  return order;
}

const RADIX = 65_536;

/** 16 bits of each value, `digit` counted from the lowest. Typed arrays are little-endian wherever Node runs. */
function digitsOf(words: Uint32Array, digit: number, count: number): Uint16Array {
  const digits = new Uint16Array(count);
  const half = digit >> 1;
  const shift = (digit & 1) * 16;
  for (let index = 0; index < count; index++) digits[index] = (words[2 * index + half] as number) >>> shift;
  return digits;
}
