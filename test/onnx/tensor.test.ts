import { describe, expect, test } from '@jest/globals';
import { constantTensor, type ExternalTensor, reshape, sliceRows } from '../../lib/onnx/tensor.js';

const stored: ExternalTensor = {
  type: 'float32',
  shape: [6, 4],
  location: 'model.safetensors',
  offset: 1002,
};

describe('external tensors', () => {
  test('are sliced by rows without a copy: only shape and offset change', () => {
    expect(sliceRows(stored, 2, 5)).toEqual({ ...stored, shape: [3, 4], offset: 1002 + 2 * 4 * 4 });
  });

  test('of one axis are sliced by elements', () => {
    expect(sliceRows({ ...stored, shape: [6] }, 4, 6)).toEqual({ ...stored, shape: [2], offset: 1018 });
  });

  test.each([
    [-1, 2],
    [4, 7],
    [3, 3],
    [Number.NaN, 2],
  ])('cannot be sliced from row %d to row %d', (start, end) => {
    expect(() => sliceRows(stored, start, end)).toThrow(/Rows .* do not lie within .*\[6,4\]/);
  });

  test('take another shape of as many elements', () => {
    expect(reshape(stored, [2, 12])).toEqual({ ...stored, shape: [2, 12] });
    expect(() => reshape(stored, [5, 5])).toThrow('A tensor of shape [6,4] cannot take the shape [5,5]');
  });
});

test('a constant whose values do not fill its shape is refused', () => {
  expect(() => constantTensor('float32', [1, 2, 3], [2, 2])).toThrow(/takes 4 values, got 3/);
});
