import type { Adapter } from '../supervision/worker-backend.js';
import type { ImageRequest, ImageResponse } from '../workers/messages.js';

/** An image file to the encoder's pixels, RGB [size, size, 3]. One file a call. */
export const imageDecoderAdapter: Adapter<Uint8Array, Uint8Array, ImageRequest, ImageResponse> = {
  toCall([file, ...more]) {
    if (file === undefined || more.length > 0) throw new RangeError('Images are decoded one a call.');
    const bytes = ownCopy(file);
    return { request: { bytes }, transfer: [bytes.buffer] };
  },
  toOutcomes: ({ pixels }) => [{ status: 'fulfilled', value: pixels }],
};

/** The caller's array may be a window on a larger buffer, which must neither be transferred nor cloned as a whole. */
function ownCopy(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes.byteLength);
  copy.set(bytes);
  return copy;
}
