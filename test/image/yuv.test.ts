import { describe, expect, test } from '@jest/globals';
import { YUV_MATRICES, yuvToRgb } from '../../lib/image/codec/yuv.js';

const WEIGHTS: Record<number, { red: number; blue: number }> = {
  1: { red: 0.2126, blue: 0.0722 },
  2: { red: 0.299, blue: 0.114 },
  5: { red: 0.299, blue: 0.114 },
  6: { red: 0.299, blue: 0.114 },
  9: { red: 0.2627, blue: 0.0593 },
};

/** ITU-R's definition, in real numbers. */
function exactRgb([y, u, v]: number[], matrix: number, fullRange: boolean): number[] {
  const { red, blue } = WEIGHTS[matrix] ?? { red: Number.NaN, blue: Number.NaN };
  const green = 1 - red - blue;
  const luma = fullRange ? (y ?? 0) / 255 : ((y ?? 0) - 16) / 219;
  const [cb, cr] = [u ?? 0, v ?? 0].map((level) => (level - 128) / (fullRange ? 255 : 224));
  const r = luma + 2 * (1 - red) * (cr ?? 0);
  const b = luma + 2 * (1 - blue) * (cb ?? 0);
  return [r, (luma - red * r - blue * b) / green, b].map((value) => Math.min(255, Math.max(0, value * 255)));
}

describe('yuvToRgb', () => {
  test.each(YUV_MATRICES.flatMap((matrix) => [true, false].map((fullRange) => ({ matrix, fullRange }))))(
    'is close to the definition of matrix $matrix, full range: $fullRange',
    ({ matrix, fullRange }) => {
      for (const yuv of [
        [128, 128, 128],
        [90, 150, 100],
        [180, 100, 140],
        [60, 128, 170],
        [235, 128, 128],
        [16, 128, 128],
      ]) {
        const [y = 0, u = 0, v = 0] = yuv;
        const pixels = Uint8Array.of(v, y, u);
        yuvToRgb(pixels, 1, 1, { matrix, fullRange, halvedX: false, halvedY: false });
        const exact = exactRgb(yuv, matrix, fullRange);
        const worst = Math.max(...exact.map((level, channel) => Math.abs(level - (pixels[channel] ?? 0))));
        // Six bits of fraction, and in limited range a factor that libyuv cuts off at 2.
        expect(worst).toBeLessThan(fullRange ? 2 : 5);
      }
    },
  );

  test('blends halved chroma 9 : 3 : 3 : 1, and repeats it at the edges', () => {
    const chroma = [
      [100, 140],
      [180, 220],
    ];
    const pixels = new Uint8Array(4 * 4 * 3);
    for (let at = 0; at < 16; at++) {
      const u = chroma[at >> 3]?.[(at >> 1) & 1] ?? 0;
      pixels.set([128, 0, u], at * 3);
    }
    yuvToRgb(pixels, 4, 4, { matrix: 6, fullRange: true, halvedX: true, halvedY: true });
    // With luma 0, blue is (113 * (u - 128) + 32) / 64 where that is positive.
    const blue = (u: number): number => Math.min(255, Math.max(0, (113 * (u - 128) + 32) >> 6));
    const expected = [
      [100, 110, 130, 140],
      [120, 130, 150, 160],
      [160, 170, 190, 200],
      [180, 190, 210, 220],
    ].flat();
    expect(Array.from({ length: 16 }, (_, at) => pixels[at * 3 + 2])).toEqual(expected.map(blue));
  });

  test('refuses matrices that it has no factors for', () => {
    const unknown = { matrix: 8, fullRange: true, halvedX: false, halvedY: false };
    expect(() => yuvToRgb(new Uint8Array(3), 1, 1, unknown)).toThrow('no factors for matrix coefficients 8');
  });
});
