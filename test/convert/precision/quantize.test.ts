import { describe, expect, test } from '@jest/globals';
import { linearError } from '../../../lib/convert/precision/int8/error.js';
import {
  activationScale,
  quantizeRows,
  throughScale,
  transpose,
} from '../../../lib/convert/precision/int8/quantize.js';
import { Random } from '../../../lib/numeric/random.js';

describe('a scale of activations', () => {
  test.each([
    [-1, 1],
    [-0.17, 9],
    [0.5, 3],
    [-4, -1],
  ])('from %p to %p holds zero exactly and every value to half a step', (min, max) => {
    const activation = activationScale(min, max);
    expect(throughScale(0, activation)).toBe(0);
    for (let value = min; value <= max; value += (max - min) / 97) {
      expect(Math.abs(throughScale(value, activation) - value)).toBeLessThanOrEqual(activation.scale * 1.001);
    }
  });

  test('holds what lies beyond at its ends', () => {
    expect(throughScale(1000, activationScale(-1, 1))).toBeCloseTo(1, 1);
  });

  test('of nothing but zeros is usable', () => {
    expect(throughScale(0, activationScale(0, 0))).toBe(0);
  });
});

describe('quantized rows', () => {
  test('are within half a step of each row’s own scale', () => {
    const matrix = new Float32Array(40 * 16);
    new Random(1).fillNormal(matrix, 1);
    for (let index = 0; index < 16; index++) matrix[index] = (matrix[index] as number) * 100;
    const { values, scales } = quantizeRows(matrix, 16);
    matrix.forEach((weight, index) => {
      const scale = scales[Math.floor(index / 16)] as number;
      expect(Math.abs((values[index] as number) * scale - weight)).toBeLessThanOrEqual(0.501 * scale);
    });
  });

  test('of zeros stay zeros', () => {
    expect([...quantizeRows(new Float32Array(3), 3).values]).toEqual([0, 0, 0]);
  });

  test('turn over', () => {
    expect([...transpose(Int8Array.of(1, 2, 3, 4, 5, 6), 3)]).toEqual([1, 4, 2, 5, 3, 6]);
  });
});

describe('the error of a linear layer', () => {
  const random = new Random(2);
  const normal = (length: number) => {
    const values = new Float32Array(length);
    random.fillNormal(values, 1);
    return values;
  };

  test('is about one in a hundred for normal deviates, and grows with an outlier that is not computed apart', () => {
    const rows = Array.from({ length: 20 }, () => normal(256));
    const weight = normal(256 * 64);
    const plain = linearError({ rows, weight }, activationScale(-4.5, 4.5), []);
    expect(plain).toBeGreaterThan(0.005);
    expect(plain).toBeLessThan(0.02);

    const withOutlier = rows.map((row) => row.with(7, 300));
    const small = weight.map((value, index) => (index % 256 === 7 ? value / 100 : value));
    const sample = { rows: withOutlier, weight: small };
    expect(linearError(sample, activationScale(-4.5, 300), [])).toBeGreaterThan(10 * plain);
    expect(linearError(sample, activationScale(-4.5, 4.5), [7])).toBeLessThan(2 * plain);
  });
});
