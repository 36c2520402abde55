import { describe, expect, test } from '@jest/globals';
import { openSafetensors } from '../../lib/checkpoint/safetensors/file.js';
import { readTensor } from '../../lib/checkpoint/safetensors/read-tensor.js';
import {
  bfloat16ToFloat32,
  float16ToFloat32,
  float32ToBfloat16,
  float32ToFloat16,
} from '../../lib/numeric/half.js';
import { readInt32 } from '../checkpoint/support/tensors.js';
import { fixture } from '../support/project-root.js';

const halves = await openSafetensors(fixture('numeric', 'halves.safetensors'));
const every16Bits = Uint16Array.from({ length: 65_536 }, (_, bits) => bits);

describe.each([
  ['float16', float16ToFloat32, float32ToFloat16],
  ['bfloat16', bfloat16ToFloat32, float32ToBfloat16],
] as const)('%s', (format, widen, narrow) => {
  test('bit patterns widen to the values that PyTorch gives them', async () => {
    const bits = Uint16Array.from(await readInt32(halves, `${format}_bits`));
    const expected = await readTensor(halves, `${format}_values`);
    expect(bits.length).toBeGreaterThan(4000);
    expect(firstDifference(widen(bits), expected)).toBeUndefined();
  });

  test('float32 values narrow to the bits that PyTorch rounds them to', async () => {
    const source = await readTensor(halves, 'source');
    const expected = Uint16Array.from(await readInt32(halves, `to_${format}_bits`));
    expect(narrow(source)).toEqual(expected);
  });

  test('narrowing undoes widening, signs of zero included', () => {
    const values = widen(every16Bits);
    const back = narrow(values);
    for (const [index, bits] of every16Bits.entries()) {
      if (Number.isNaN(values[index])) expect(widen(back.subarray(index, index + 1))[0]).toBeNaN();
      else if (back[index] !== bits) throw new Error(`${bits} came back as ${back[index]}`);
    }
  });
});

describe('rounding to float16', () => {
  const narrowed = (value: number) => float16ToFloat32(float32ToFloat16(Float32Array.of(value)))[0];

  test.each([
    ['a tie goes to the even neighbour below', 1 + 2 ** -11, 1],
    ['a tie goes to the even neighbour above', 1 + 3 * 2 ** -11, 1 + 2 ** -9],
    ['the largest value is kept', 65_504, 65_504],
    ['just below the half-way point to 65536 is kept', 65_519, 65_504],
    ['the half-way point to 65536 overflows', 65_520, Number.POSITIVE_INFINITY],
    ['the smallest subnormal is kept', 2 ** -24, 2 ** -24],
    ['half of it is a tie and goes to zero', 2 ** -25, 0],
    ['a little more than half of it is kept', 2 ** -25 * 1.001, 2 ** -24],
    ['the largest subnormal rounds up to the smallest normal', 2 ** -14 - 2 ** -26, 2 ** -14],
  ])('%s', (_title, value, expected) => {
    expect(narrowed(value)).toBe(expected);
    expect(narrowed(-value)).toBe(-expected);
  });

  test('a view into the middle of a buffer is read from its own offset', () => {
    const values = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
    expect(float16ToFloat32(float32ToFloat16(values))).toEqual(Float32Array.of(2, 3));
    expect(bfloat16ToFloat32(float32ToBfloat16(values))).toEqual(Float32Array.of(2, 3));
  });
});

function firstDifference(actual: Float32Array, expected: Float32Array): string | undefined {
  for (const [index, value] of expected.entries()) {
    if (!Object.is(actual[index], value)) return `at ${index}: got ${actual[index]}, expected ${value}`;
  }
  return actual.length === expected.length
    ? undefined
    : `${actual.length} values, expected ${expected.length}`;
}
