/**
 * The two 16-bit floating-point formats that weights are stored in, as bit patterns: float16 (IEEE 754 binary16: 5
 * exponent bits, 10 of fraction) and bfloat16 (the upper half of a float32: 8 and 7). Widening is exact; narrowing
 * rounds to nearest, ties to even, overflows to infinity and keeps NaN a NaN.
 */

/** Every float16 value by its bit pattern: one look-up is faster than the arithmetic. Made on first use. */
let float16Values: Float32Array | undefined;

export function float16ToFloat32(bits: Uint16Array): Float32Array {
  float16Values ??= makeFloat16Values();
  const values = new Float32Array(bits.length);
  for (let index = 0; index < bits.length; index++)
    values[index] = float16Values[bits[index] as number] as number;
  return values;
}

export function bfloat16ToFloat32(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits.length);
  for (let index = 0; index < bits.length; index++) words[index] = (bits[index] as number) << 16;
  return new Float32Array(words.buffer);
}

export function float32ToFloat16(values: Float32Array): Uint16Array {
  const words = bitsOf(values);
  const bits = new Uint16Array(words.length);
  for (let index = 0; index < words.length; index++) bits[index] = narrowToFloat16(words[index] as number);
  return bits;
}

export function float32ToBfloat16(values: Float32Array): Uint16Array {
  const words = bitsOf(values);
  const bits = new Uint16Array(words.length);
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as number;
    const notANumber = (word & 0x7fffffff) > 0x7f800000;
    bits[index] = notANumber ? (word >>> 16) | 0x40 : roundedShift(word, 16);
  }
  return bits;
}

function makeFloat16Values(): Float32Array {
  const words = new Uint32Array(65_536);
  for (let bits = 0; bits < words.length; bits++) words[bits] = widenFloat16(bits);
  return new Float32Array(words.buffer);
}

function widenFloat16(bits: number): number {
  const sign = (bits & 0x8000) << 16;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (fraction << 13); // 112: the biases are 127 and 15
  if (fraction === 0) return sign;
  // A subnormal is fraction · 2^-24; as a float32 it is normal, with its leading bit implied.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}

function narrowToFloat16(word: number): number {
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00 | ((magnitude >>> 13) & 0x1ff);
  if (magnitude >= 0x47800000) return sign | 0x7c00; // 65536 and above
  if (magnitude >= 0x38800000) return sign | roundedShift(magnitude - 0x38000000, 13); // 2^-14 and above: normal
  if (magnitude < 0x33000000) return sign; // below 2^-25, half of the smallest subnormal
  const fraction = (magnitude & 0x7fffff) | 0x800000;
  return sign | roundedShift(fraction, 126 - (magnitude >>> 23));
}

/** `word / 2^shift`, rounded to nearest, ties to even. A carry into the exponent is the right result. */
function roundedShift(word: number, shift: number): number {
  const kept = word >>> shift;
  const rest = word & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}

function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}
