/** Where the model's square lies: the sizes and offsets that torchvision and Pillow compute, rounding included. */

export type Geometry = 'short-edge-crop' | 'squash';

/** The size after resizing, and the corner of the square of `size` pixels that is cut from it. All in pixels. */
export interface ResizePlan {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
}

/**
 * `short-edge-crop`: the short edge becomes `size`, the long one `trunc(size * long / short)` (torchvision's `Resize`),
 * and the crop is central (`CenterCrop`). `squash`: both edges become `size`.
 */
export function planResize(width: number, height: number, size: number, geometry: Geometry): ResizePlan {
  if (geometry === 'squash') return { width: size, height: size, left: 0, top: 0 };
  const portrait = width <= height;
  const long = Math.trunc((size * Math.max(width, height)) / Math.min(width, height));
  const offset = roundHalfToEven((long - size) / 2);
  return portrait
    ? { width: size, height: long, left: 0, top: offset }
    : { width: long, height: size, left: offset, top: 0 };
}

/** Python's `round`: halves go to the even neighbour. */
export function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const fraction = value - floor;
  if (fraction !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
