import { describe, expect, test } from '@jest/globals';
import { pairsOf } from '../../lib/parts/pairs.js';

describe('the pairs of parts', () => {
  test('are all of them, those of the first parts before', () => {
    expect(pairsOf(['a', 'b'], [1, 2], 10)).toEqual([
      { text: 'a', image: 1 },
      { text: 'a', image: 2 },
      { text: 'b', image: 1 },
      { text: 'b', image: 2 },
    ]);
  });

  test('of one modality are its parts alone', () => {
    expect(pairsOf([], [1, 2], 10)).toEqual([
      { text: undefined, image: 1 },
      { text: undefined, image: 2 },
    ]);
    expect(pairsOf(['a'], [], 10)).toEqual([{ text: 'a', image: undefined }]);
  });

  test('hold every part where there are too many of them', () => {
    const pairs = pairsOf(['a', 'b', 'c'], [1, 2, 3], 6);
    expect(pairs).toHaveLength(6);
    expect(new Set(pairs.map(({ text }) => text)).size).toBe(3);
    expect(new Set(pairs.map(({ image }) => image)).size).toBe(3);
    expect(() => pairsOf(['a', 'b', 'c'], [1, 2, 3], 5)).toThrow(RangeError);
  });
});
