import { describe, expect, test } from '@jest/globals';
import { median, quantile, rateOf } from '../../bench/report/statistics.js';

describe('median', () => {
  test('is the middle value, or the mean of the two middle ones', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([])).toBeNaN();
  });
});

describe('quantile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  test('is the nearest rank', () => {
    expect(quantile(hundred, 0.99)).toBe(99);
    expect(quantile(hundred, 1)).toBe(100);
    expect(quantile([7], 0.99)).toBe(7);
    expect(quantile([], 0.5)).toBeNaN();
  });
});

describe('rateOf', () => {
  const at = (endMs: number) => ({ endMs, latencyMs: 1 });

  test('counts whole batches: wherever the window is cut, four items every second are four a second', () => {
    const batches = [500, 1500, 2500, 3500, 4500].flatMap((end) => Array.from({ length: 4 }, () => at(end)));
    for (const from of [600, 1000, 1499]) expect(rateOf(batches, from, from + 2500)).toBeCloseTo(4);
  });

  test('starts at the window when nothing was answered before, and is 0 without answers', () => {
    expect(rateOf([at(1000), at(2000)], 0, 2500)).toBeCloseTo(1);
    expect(rateOf([at(100)], 200, 1000)).toBe(0);
  });
});
