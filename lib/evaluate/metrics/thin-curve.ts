import type { Curve } from './curves.js';

/** Points of a curve that is drawn. */
export const MAX_CURVE_POINTS = 400;

/** How far a point that is left out may lie from the drawn line, in the unit square: half a pixel of 500. */
const FIRST_TOLERANCE = 0.001;

/**
 * The points that a drawing needs: those that the line through the kept ones misses by more than a tolerance (Douglas
 * and Peucker 1973). The tolerance is a thousandth, and doubles while more points than `limit` are left.
 */
export function thinCurve({ x, y, thresholds }: Curve, limit: number = MAX_CURVE_POINTS): Curve {
  for (let tolerance = FIRST_TOLERANCE; ; tolerance *= 2) {
    const kept = keptPoints(x, y, tolerance);
    if (kept.length > limit && tolerance < 1) continue;
    const pick = (values: Float64Array) => Float64Array.from(kept, (index) => values[index] as number);
    return { x: pick(x), y: pick(y), thresholds: pick(thresholds) };
  }
}

function keptPoints(x: Float64Array, y: Float64Array, tolerance: number): number[] {
  const keep = new Uint8Array(x.length);
  keep[0] = 1;
  keep[x.length - 1] = 1;
  const stack: [number, number][] = [[0, x.length - 1]];
  for (let range = stack.pop(); range; range = stack.pop()) {
    const [from, to] = range;
    const { index, distance } = farthestPoint(x, y, from, to);
    if (distance <= tolerance) continue;
    keep[index] = 1;
    stack.push([from, index], [index, to]);
  }
  const kept: number[] = [];
  keep.forEach((value, index) => {
    if (value === 1) kept.push(index);
  });
  return kept;
}

/** The point between two others that is farthest from the segment between them. */
function farthestPoint(
  x: Float64Array,
  y: Float64Array,
  from: number,
  to: number,
): { index: number; distance: number } {
  const x0 = x[from] as number;
  const y0 = y[from] as number;
  const dx = (x[to] as number) - x0;
  const dy = (y[to] as number) - y0;
  const square = dx * dx + dy * dy;
  let farthest = { index: from, distance: 0 };
  for (let index = from + 1; index < to; index++) {
    const px = (x[index] as number) - x0;
    const py = (y[index] as number) - y0;
    const along = square === 0 ? 0 : Math.min(Math.max((px * dx + py * dy) / square, 0), 1);
    const distance = Math.hypot(px - along * dx, py - along * dy);
    if (distance > farthest.distance) farthest = { index, distance };
  }
  return farthest;
}
