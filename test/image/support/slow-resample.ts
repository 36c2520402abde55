/**
 * The resampler once more, as plainly as possible and from Pillow's description alone: the whole picture, pixel by
 * pixel, both passes, then the crop.
 */
import type { ResampleSpec } from '../../../lib/image/resample.js';
import type { RgbImage } from '../../../lib/image/rgb-image.js';

const FILTERS = {
  bilinear: { support: 1, at: (x: number) => (Math.abs(x) < 1 ? 1 - Math.abs(x) : 0) },
  bicubic: {
    support: 2,
    at(signed: number) {
      const [x, a] = [Math.abs(signed), -0.5];
      if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
    },
  },
};

interface Tap {
  readonly from: number;
  readonly weight: number;
}

function tapsOf(output: number, inputSize: number, outputSize: number, name: ResampleSpec['filter']): Tap[] {
  const filter = FILTERS[name];
  const scale = inputSize / outputSize;
  const widened = Math.max(1, scale);
  const reach = filter.support * widened;
  const center = (output + 0.5) * scale;
  const start = Math.max(0, Math.trunc(center - reach + 0.5));
  const end = Math.min(inputSize, Math.trunc(center + reach + 0.5));
  const raw: number[] = [];
  for (let from = start; from < end; from++) raw.push(filter.at((from - center + 0.5) * (1 / widened)));
  const sum = raw.reduce((total, weight) => total + weight, 0);
  return raw.map((weight, index) => {
    const scaled = (weight / sum) * 2 ** 22;
    return { from: start + index, weight: Math.trunc(scaled < 0 ? scaled - 0.5 : scaled + 0.5) };
  });
}

function toByte(sum: number): number {
  return Math.min(255, Math.max(0, Math.floor((sum + 2 ** 21) / 2 ** 22)));
}

/** Resizes along rows. */
function widen(image: RgbImage, width: number, filter: ResampleSpec['filter']): RgbImage {
  const data = new Uint8Array(width * image.height * 3);
  for (let x = 0; x < width; x++) {
    const taps = tapsOf(x, image.width, width, filter);
    for (let y = 0; y < image.height; y++) {
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (const { from, weight } of taps) {
          sum += (image.data[(y * image.width + from) * 3 + channel] ?? 0) * weight;
        }
        data[(y * width + x) * 3 + channel] = toByte(sum);
      }
    }
  }
  return { width, height: image.height, data };
}

function transpose({ width, height, data }: RgbImage): RgbImage {
  const flipped = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 3;
      flipped.set(data.subarray(from, from + 3), (x * height + y) * 3);
    }
  }
  return { width: height, height: width, data: flipped };
}

export function resize(
  image: RgbImage,
  width: number,
  height: number,
  filter: ResampleSpec['filter'],
): RgbImage {
  if (image.width === width && image.height === height) return image;
  return transpose(widen(transpose(widen(image, width, filter)), height, filter));
}

/** Python's rounding of halves, by cases. */
function offset(length: number, size: number): number {
  const spare = length - size;
  if (spare % 2 === 0) return spare / 2;
  const below = (spare - 1) / 2;
  return below % 2 === 0 ? below : below + 1;
}

export function slowResample(image: RgbImage, { size, geometry, filter }: ResampleSpec): Uint8Array {
  const short = Math.min(image.width, image.height);
  const scaled = (edge: number): number => (edge === short ? size : Math.trunc((size * edge) / short));
  const squash = geometry === 'squash';
  const [width, height] = squash ? [size, size] : [scaled(image.width), scaled(image.height)];
  const resized = resize(image, width, height, filter);
  const rows: Uint8Array[] = [];
  for (let y = 0; y < size; y++) {
    const from = ((y + offset(height, size)) * width + offset(width, size)) * 3;
    rows.push(resized.data.subarray(from, from + size * 3));
  }
  return Buffer.concat(rows);
}
