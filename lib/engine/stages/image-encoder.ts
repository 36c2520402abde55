import type { ImageSpec } from '../../checkpoint/manifest.js';
import type { Adapter } from '../supervision/worker-backend.js';
import type { SessionRequest, SessionResponse } from '../workers/messages.js';
import { rowsOf } from './features.js';

/** What the image encoder sees. */
export interface EncoderImage {
  /** RGB, [size, size, 3]. */
  readonly pixels: Uint8Array;
  /** False for the stand-in of an absent image. */
  readonly present: boolean;
}

/** The stand-in of an absent image: zeros after normalisation, whatever the pixels are. */
export function absentImage({ size }: ImageSpec): EncoderImage {
  return { pixels: new Uint8Array(size * size * 3), present: false };
}

/** Lays images out as one batch: pixels uint8 [n, size, size, 3] and, where the graph takes it, image_present [n]. */
export function imageEncoderAdapter(
  { size }: ImageSpec,
  takesPresence: boolean,
): Adapter<EncoderImage, Float32Array, SessionRequest, SessionResponse> {
  return {
    toCall(images) {
      const n = images.length;
      const pixels = concatenate(images, size * size * 3);
      const present = Float32Array.from(images, (image) => Number(image.present));
      const request: SessionRequest = {
        pixels: { type: 'uint8', data: pixels, dims: [n, size, size, 3] },
        ...(takesPresence && { image_present: { type: 'float32', data: present, dims: [n] } }),
      };
      return { request, transfer: [pixels.buffer] };
    },
    toOutcomes: (response, images) => rowsOf(response, 'image_features', images.length),
  };
}

function concatenate(images: readonly EncoderImage[], bytes: number): Uint8Array<ArrayBuffer> {
  const batch = new Uint8Array(images.length * bytes);
  for (const [index, { pixels }] of images.entries()) {
    if (pixels.length !== bytes)
      throw new RangeError(`An image has ${pixels.length} bytes; expected ${bytes}.`);
    batch.set(pixels, index * bytes);
  }
  return batch;
}
