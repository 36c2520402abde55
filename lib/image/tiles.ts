import type { Geometry } from './resampling/geometry.js';
import type { RgbImage } from './rgb-image.js';

/** A rectangle of a picture, in pixels. */
export type Tile = readonly [left: number, top: number, width: number, height: number];

/** From this ratio of long to short edge on, the whole is pressed or cropped too much to be judged. */
const EXTREME: Readonly<Record<Geometry, number>> = { squash: 3, 'short-edge-crop': 2 };
/** Lengths of tiles along the long edge, in short edges: squares, and the 4:3 of photographs, which shows what is small. */
const LENGTHS = [1, 0.75];
/** Share of a tile that the next one repeats, so that what lies on an edge stands whole in one. */
const OVERLAP = 0.25;
/** Levels by which a pixel differs from an even margin. */
const MARGIN_LEVELS = 24;
/** A box without its margins is worth a look of its own where it is so much smaller than the picture. */
const TRIMMED = 0.9;

/**
 * The tiles of a picture of extreme aspect: what is left of it without even margins, where that is less, and tiles of each
 * length that cover all of it. They become longer where there would be too many. None for other pictures.
 *
 * @param count at most so many; 1 + 2 × the lengths or more
 */
export function tilesOf(picture: RgbImage, geometry: Geometry, count: number): Tile[] {
  const { width, height } = picture;
  const [short, long] = [Math.min(width, height), Math.max(width, height)];
  if (long < short * EXTREME[geometry]) return [];
  const box = contentBox(picture);
  const trimmed = box[2] * box[3] < TRIMMED * width * height ? [box] : [];
  const each = Math.floor((count - trimmed.length) / LENGTHS.length);
  const rows = LENGTHS.flatMap((length) => cover(long, Math.max(1, Math.round(short * length)), each));
  const along = rows.map(([start, size]): Tile => {
    return width >= height ? [start, 0, size, height] : [0, start, width, size];
  });
  return [...trimmed, ...along];
}

/** Stretches of equal size that cover a length and overlap; longer than `size` where `count` would not reach. */
function cover(length: number, size: number, count: number): [start: number, size: number][] {
  const reach = 1 + (count - 1) * (1 - OVERLAP);
  const own = Math.min(length, Math.max(size, Math.ceil(length / reach)));
  const steps = own >= length ? 1 : Math.ceil((length - own) / (own * (1 - OVERLAP))) + 1;
  return Array.from({ length: Math.min(count, steps) }, (_, index) => [
    steps === 1 ? 0 : Math.round((index * (length - own)) / (Math.min(count, steps) - 1)),
    own,
  ]);
}

/** The smallest box outside of which every pixel has the colour of the nearest corner; the whole where there is none. */
function contentBox({ width, height, data }: RgbImage): Tile {
  const differs = (x: number, y: number, cornerX: number, cornerY: number): boolean => {
    const at = (y * width + x) * 3;
    const corner = (cornerY * width + cornerX) * 3;
    for (let channel = 0; channel < 3; channel++) {
      if (Math.abs((data[at + channel] ?? 0) - (data[corner + channel] ?? 0)) > MARGIN_LEVELS) return true;
    }
    return false;
  };
  const rowHolds = (y: number, corner: number) => any(0, width, (x) => differs(x, y, 0, corner));
  const columnHolds = (x: number, corner: number, top: number, bottom: number) =>
    any(top, bottom, (y) => differs(x, y, corner, 0));
  let [top, bottom, left, right] = [0, height, 0, width];
  while (top < bottom && !rowHolds(top, 0)) top++;
  while (bottom > top && !rowHolds(bottom - 1, height - 1)) bottom--;
  if (top >= bottom) return [0, 0, width, height];
  while (left < right && !columnHolds(left, 0, top, bottom)) left++;
  while (right > left && !columnHolds(right - 1, width - 1, top, bottom)) right--;
  if (left >= right) return [0, 0, width, height];
  return [left, top, right - left, bottom - top];
}

function any(from: number, to: number, holds: (at: number) => boolean): boolean {
  for (let at = from; at < to; at++) if (holds(at)) return true;
  return false;
}
