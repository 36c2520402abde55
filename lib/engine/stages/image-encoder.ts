import type { ImageSpec } from '../../checkpoint/manifest.js';
import type { Adapter } from '../supervision/worker-backend.js';
import type { SessionRequest, SessionResponse } from '../workers/messages.js';
import { rowsOf } from './features.js';
import { ownsMemory } from './memory.js';

/** Lays images, each RGB [size, size, 3], out as one batch: pixels uint8 [n, size, size, 3]. */
export function imageEncoderAdapter({
  size,
}: Pick<ImageSpec, 'size'>): Adapter<Uint8Array, Float32Array, SessionRequest, SessionResponse> {
  return {
    toCall(images) {
      const pixels = concatenate(images, size * size * 3);
      const request: SessionRequest = {
        pixels: { type: 'uint8', data: pixels, dims: [images.length, size, size, 3] },
      };
      return { request, transfer: [pixels.buffer] };
    },
    toOutcomes: (response, images) => rowsOf(response, 'image_features', images.length),
  };
}

/** A single image is handed over as it is: it is not sent again. */
function concatenate(images: readonly Uint8Array[], bytes: number): Uint8Array<ArrayBuffer> {
  for (const { length } of images) {
    if (length !== bytes) throw new RangeError(`An image has ${length} bytes; expected ${bytes}.`);
  }
  const [first, ...more] = images;
  if (first !== undefined && more.length === 0 && ownsMemory(first)) return first;
  const batch = new Uint8Array(images.length * bytes);
  for (const [index, pixels] of images.entries()) batch.set(pixels, index * bytes);
  return batch;
}
