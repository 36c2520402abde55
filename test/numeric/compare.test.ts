import { describe, expect, test } from '@jest/globals';
import { compareArrays } from '../../lib/numeric/compare.js';

describe('comparing arrays', () => {
  test('the largest and the mean absolute difference are told', () => {
    expect(compareArrays([1, 2, 3, 4], [1, 2.5, 3, 2])).toEqual({ max: 2, mean: 0.625 });
  });

  test('a NaN on either side, or on both, is never small', () => {
    for (const [a, b] of [
      [Number.NaN, 0],
      [0, Number.NaN],
      [Number.NaN, Number.NaN],
    ] as const) {
      expect(compareArrays([5, a], [5, b]).max).toBeNaN();
    }
  });

  test('infinities are equal to themselves only', () => {
    const infinity = Number.POSITIVE_INFINITY;
    expect(compareArrays([infinity], [infinity]).max).toBe(0);
    expect(compareArrays([infinity], [-infinity]).max).toBeNaN();
    expect(compareArrays([infinity], [1e300]).max).toBeNaN();
  });

  test('zeros of both signs are equal', () => {
    expect(compareArrays([0], [-0]).max).toBe(0);
  });

  test('arrays of different lengths are refused', () => {
    expect(() => compareArrays([1, 2], [1])).toThrow('Arrays of 2 and 1 values');
  });
});
