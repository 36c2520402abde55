import type { Adapter } from '../supervision/worker-backend.js';
import type { ImageRequest, ImageResponse } from '../workers/messages.js';
import { ownsMemory } from './memory.js';

export interface ImageFile {
  readonly bytes: Uint8Array;
  /** Whether the bytes may be handed over, which leaves the array empty. */
  readonly transfer: boolean;
}

/** An image file to the encoder's pixels, RGB [size, size, 3]. One file a call. */
export const imageDecoderAdapter: Adapter<ImageFile, Uint8Array, ImageRequest, ImageResponse> = {
  toCall([file, ...more]) {
    if (file === undefined || more.length > 0) throw new RangeError('Images are decoded one a call.');
    const bytes = file.transfer && ownsMemory(file.bytes) ? file.bytes : new Uint8Array(file.bytes);
    return { request: { bytes }, transfer: [bytes.buffer] };
  },
  toOutcomes: ({ pixels }) => [{ status: 'fulfilled', value: pixels }],
};
