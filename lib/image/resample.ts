import { type Geometry, planResize, type ResizePlan } from './resampling/geometry.js';
import { instantiateKernels, type Kernels } from './resampling/kernels.js';
import { Resampling } from './resampling/resampling.js';
import { type Filter, makeTaps } from './resampling/taps.js';
import type { RgbImage } from './rgb-image.js';

/** What an encoder sees: the image side of a model pack's manifest, as far as it tells of pixels. */
export interface ResampleSpec {
  /** Edge of the square, in pixels. */
  readonly size: number;
  readonly geometry: Geometry;
  readonly filter: Filter;
}

/** One instance a thread: its memory is the scratch of every resampling, and grows to the largest. */
let kernels: Kernels | undefined;

/**
 * The square of `spec.size` pixels that the model sees: uint8 RGB, [size, size, 3], in new memory. Equal, bit for bit,
 * to Pillow's resize with antialiasing (two passes, rows first, rounded to bytes in between) and torchvision's centre
 * crop. Pillow 12.2 and later take the columns of tall pictures first, which is one level apart in some pixels; the
 * published models come from before that. Only what the crop shows is computed, in strips of bounded size.
 */
export function resample(image: RgbImage, spec: ResampleSpec): Uint8Array<ArrayBuffer> {
  const { width, height } = image;
  const plan = planResize(width, height, spec.size, spec.geometry);
  if (plan.width === width && plan.height === height) return crop(image, plan, spec.size);
  const columns = makeTaps(width, plan.width, spec.filter, plan.left, spec.size);
  const rows = makeTaps(height, plan.height, spec.filter, plan.top, spec.size);
  kernels ??= instantiateKernels();
  return new Resampling(kernels, image, columns, rows).run();
}

function crop({ width, data }: RgbImage, { left, top }: ResizePlan, size: number): Uint8Array<ArrayBuffer> {
  const rowBytes = size * 3;
  const result = new Uint8Array(size * rowBytes);
  for (let row = 0; row < size; row++) {
    const from = ((top + row) * width + left) * 3;
    result.set(data.subarray(from, from + rowBytes), row * rowBytes);
  }
  return result;
}
