/** Rectangles of a picture: left, top, width and height in pixels. */
export type Tile = readonly [left: number, top: number, width: number, height: number];

/** From this ratio of long to short edge on, the whole is pressed or cropped too much to be judged. */
const SQUASHED = 3;
const CROPPED = 2;
/** Share of a tile that the next one repeats, so that what lies on an edge stands whole in one. */
const OVERLAP = 0.25;

/**
 * The tiles of a picture of extreme aspect, which cover all of it, in order along the long edge: squares of the short
 * edge, or longer ones where `count` squares would not reach. None for other pictures.
 *
 * @param count 1 or more
 */
export function tilesOf(
  width: number,
  height: number,
  geometry: 'squash' | 'short-edge-crop',
  count: number,
): Tile[] {
  const [short, long] = [Math.min(width, height), Math.max(width, height)];
  if (long < short * (geometry === 'squash' ? SQUASHED : CROPPED)) return [];
  const tile = Math.min(long, Math.max(short, Math.ceil(long / (1 + (count - 1) * (1 - OVERLAP)))));
  const steps = tile >= long ? 1 : Math.ceil((long - tile) / (tile * (1 - OVERLAP))) + 1;
  return Array.from({ length: Math.min(count, steps) }, (_, index) => {
    const at = steps === 1 ? 0 : Math.round((index * (long - tile)) / (steps - 1));
    return width >= height ? [at, 0, tile, height] : [0, at, width, tile];
  });
}
