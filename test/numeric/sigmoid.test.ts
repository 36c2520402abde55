import { expect, test } from '@jest/globals';
import { openSafetensors } from '../../lib/checkpoint/safetensors/file.js';
import { readTensor } from '../../lib/checkpoint/safetensors/read-tensor.js';
import { compareArrays } from '../../lib/numeric/compare.js';
import { sigmoid } from '../../lib/numeric/sigmoid.js';
import { fixture } from '../support/project-root.js';

test('it agrees with numpy in float32 to the rounding of its exponential', async () => {
  const functions = await openSafetensors(fixture('numeric', 'functions.safetensors'));
  const x = await readTensor(functions, 'x');
  const { max } = compareArrays(x.map(sigmoid), await readTensor(functions, 'sigmoid'));
  expect(x.length).toBeGreaterThan(100);
  expect(max).toBeLessThanOrEqual(2 ** -23); // two units in the last place below 1
});

test('it is a float32, exact in the middle and at the ends', () => {
  expect(sigmoid(0)).toBe(0.5);
  expect(sigmoid(200)).toBe(1);
  expect(sigmoid(-200)).toBe(0);
  expect(sigmoid(1.3)).toBe(Math.fround(sigmoid(1.3)));
  expect(sigmoid(Number.NaN)).toBeNaN();
});
