import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  countRead,
  frameWindow,
  type WindowSpec,
  windowCapacity,
  windowsOf,
} from '../../lib/text/windows.js';

const SIGLIP: WindowSpec = { maxTokens: 9, eosId: 1, bosId: null, pooling: 'final-position' };
const CLIP: WindowSpec = { maxTokens: 10, eosId: 99, bosId: 98, pooling: 'end-of-text' };

const tokensOf = (length: number): Int32Array => Int32Array.from({ length }, (_, index) => 2 + (index % 90));

describe('the windows of a text', () => {
  test('are one where it fits, and of an empty text too', () => {
    expect(windowCapacity(SIGLIP)).toBe(8);
    expect(windowCapacity(CLIP)).toBe(8);
    expect(windowsOf(tokensOf(8), SIGLIP, 5)).toEqual([[0, 8]]);
    expect(windowsOf(tokensOf(0), CLIP, 5)).toEqual([[0, 0]]);
  });

  test('overlap by a quarter, and the last ends with the text', () => {
    expect(windowsOf(tokensOf(17), SIGLIP, 5)).toEqual([
      [0, 8],
      [6, 14],
      [9, 17],
    ]);
  });

  test('start with what the model reads by itself, special tokens around it', () => {
    const tokens = tokensOf(30);
    const [first] = windowsOf(tokens, CLIP, 1);
    expect([...frameWindow(tokens, first ?? [0, 0], CLIP)]).toEqual([98, ...tokens.subarray(0, 8), 99]);
    const [own] = windowsOf(tokens, SIGLIP, 1);
    expect([...frameWindow(tokens, own ?? [0, 0], SIGLIP)]).toEqual([...tokens.subarray(0, 8), 1]);
  });

  test('begin anew behind an end token that a user wrote, where CLIP stops reading', () => {
    const tokens = Int32Array.of(5, 6, 99, 7, 8, 9, 99);
    expect(windowsOf(tokens, CLIP, 1)).toEqual([[0, 2]]);
    expect(countRead([[0, 2]], tokens, CLIP)).toBe(4);
    const windows = windowsOf(tokens, CLIP, 5);
    expect(windows).toEqual([
      [0, 2],
      [3, 6],
    ]);
    expect(countRead(windows, tokens, CLIP)).toBe(7);
    expect(windowsOf(Int32Array.of(99, 5), CLIP, 5)).toEqual([
      [0, 0],
      [1, 2],
    ]);
  });

  test('cover every token where there are enough of them, the first and the last in any case', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 2, max: 99 }), { maxLength: 120 }),
        fc.integer({ min: 2, max: 30 }),
        fc.constantFrom(SIGLIP, CLIP),
        (ids, maxWindows, spec) => {
          const tokens = Int32Array.from(ids);
          const all = windowsOf(tokens, spec, 1000);
          expect(countRead(all, tokens, spec)).toBe(tokens.length);
          const some = windowsOf(tokens, spec, maxWindows);
          expect(some.length).toBe(Math.min(all.length, maxWindows));
          expect(some[0]).toEqual(all[0]);
          expect(some.at(-1)).toEqual(all.at(-1));
          expect(all).toEqual(expect.arrayContaining(some));
          for (const [from, to] of some) expect(to - from).toBeLessThanOrEqual(windowCapacity(spec));
        },
      ),
    );
  });
});
