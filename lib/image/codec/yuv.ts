/**
 * YUV to RGB as libyuv does it, which Pillow's AVIF decoder (libavif) uses: 6-bit fixed-point factors, and chroma
 * between samples from the four nearest, weighted 9 : 3 : 3 : 1. Source: libyuv's row_common.cc and scale_common.cc.
 */

/** 8-bit YUV whose chroma may be halved along an axis. */
export interface YuvEncoding {
  /** Matrix coefficients of ITU-T H.273, one of `YUV_MATRICES`. */
  readonly matrix: number;
  /** Whether levels use 0 to 255, or 16 to 235 (chroma 240). */
  readonly fullRange: boolean;
  readonly halvedX: boolean;
  readonly halvedY: boolean;
}

/** Factors times 64; those of luma times 64 * 65536 / 257. */
interface Factors {
  readonly luma: number;
  readonly offset: number;
  readonly blueU: number;
  readonly greenU: number;
  readonly greenV: number;
  readonly redV: number;
}

const FULL_RANGE = { luma: 16320, offset: 32 };
const LIMITED_RANGE = { luma: 18997, offset: -1160 };
const BT_709 = {
  full: { ...FULL_RANGE, blueU: 119, greenU: 12, greenV: 30, redV: 101 },
  limited: { ...LIMITED_RANGE, blueU: 128, greenU: 14, greenV: 34, redV: 115 },
};
const BT_601 = {
  full: { ...FULL_RANGE, blueU: 113, greenU: 22, greenV: 46, redV: 90 },
  limited: { ...LIMITED_RANGE, blueU: 128, greenU: 25, greenV: 52, redV: 102 },
};
const BT_2020 = {
  full: { ...FULL_RANGE, blueU: 120, greenU: 11, greenV: 37, redV: 94 },
  limited: { ...LIMITED_RANGE, luma: 19003, blueU: 128, greenU: 12, greenV: 42, redV: 107 },
};

const MATRICES: ReadonlyMap<number, { readonly full: Factors; readonly limited: Factors }> = new Map([
  [1, BT_709],
  [2, BT_601], // unspecified
  [5, BT_601],
  [6, BT_601],
  [9, BT_2020],
]);

export const YUV_MATRICES: readonly number[] = [...MATRICES.keys()];

/** Offsets inside a pixel. */
const [V, Y, U] = [0, 1, 2];

/**
 * Converts pixels of V, Y and U, each halved chroma sample repeated, to RGB in place.
 * @param pixels uint8 [height, width, 3]
 */
export function yuvToRgb(pixels: Uint8Array, width: number, height: number, encoding: YuvEncoding): void {
  const factors = MATRICES.get(encoding.matrix)?.[encoding.fullRange ? 'full' : 'limited'];
  if (factors === undefined) throw new RangeError(`no factors for matrix coefficients ${encoding.matrix}`);
  const { luma, offset, blueU, greenU, greenV, redV } = factors;
  const rgb = new Uint8ClampedArray(pixels.buffer, pixels.byteOffset, pixels.length);
  const uRow = chromaRows(pixels, U, width, height, encoding);
  const vRow = chromaRows(pixels, V, width, height, encoding);
  const [nearest, second] = chromaColumns(width, encoding.halvedX);
  for (let y = 0, at = 0; y < height; y++) {
    const us = uRow(y);
    const vs = vRow(y);
    for (let x = 0; x < width; x++, at += 3) {
      const near = nearest[x] ?? 0;
      const far = second[x] ?? 0;
      const u = ((3 * (us[near] ?? 0) + (us[far] ?? 0) + 8) >> 4) - 128;
      const v = ((3 * (vs[near] ?? 0) + (vs[far] ?? 0) + 8) >> 4) - 128;
      const level = (((pixels[at + Y] ?? 0) * 257 * luma) >>> 16) + offset;
      rgb[at] = (level + v * redV) >> 6;
      rgb[at + 1] = (level - u * greenU - v * greenV) >> 6;
      rgb[at + 2] = (level + u * blueU) >> 6;
    }
  }
}

/** For each column its nearest chroma sample, and the second nearest; at both edges the nearest again. */
function chromaColumns(width: number, halved: boolean): [nearest: Int32Array, second: Int32Array] {
  const nearest = Int32Array.from({ length: width }, (_, x) => (halved ? x >> 1 : x));
  const second = nearest.map((near, x) => {
    if (!halved || x === 0 || x === width - 1) return near;
    return x % 2 === 1 ? near + 1 : near - 1;
  });
  return [nearest, second];
}

/** The chroma samples that row `y` needs, blended 3 : 1 of the nearer and the farther chroma row, times four. */
function chromaRows(
  pixels: Uint8Array,
  channel: number,
  width: number,
  height: number,
  { halvedX, halvedY }: YuvEncoding,
): (y: number) => Uint16Array {
  const [stepX, stepY] = [halvedX ? 2 : 1, halvedY ? 2 : 1];
  const [columns, rows] = [Math.ceil(width / stepX), Math.ceil(height / stepY)];
  const samples = new Uint8Array(columns * rows);
  for (let row = 0, to = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, to++) {
      samples[to] = pixels[(row * stepY * width + column * stepX) * 3 + channel] ?? 0;
    }
  }
  const blended = new Uint16Array(columns);
  return (y) => {
    const near = Math.floor(y / stepY);
    const far = halvedY ? Math.min(Math.max(near + (y % 2 === 1 ? 1 : -1), 0), rows - 1) : near;
    for (let column = 0; column < columns; column++) {
      blended[column] = 3 * (samples[near * columns + column] ?? 0) + (samples[far * columns + column] ?? 0);
    }
    return blended;
  };
}
