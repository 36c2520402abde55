import type { ImageWishes } from '../../image/wishes.js';
import type { Adapter } from '../supervision/worker-backend.js';
import type { ImageRequest, ImageResponse } from '../workers/messages.js';
import { ownsMemory } from './memory.js';

export interface ImageFile {
  readonly bytes: Uint8Array;
  /** Whether the bytes may be handed over, which leaves the array empty. */
  readonly transfer: boolean;
}

export interface ImageToDecode extends ImageFile {
  readonly wishes: ImageWishes;
}

/** An image file to the pixels of its parts, each RGB [size, size, 3], and the facts about it. One file a call. */
export const imageDecoderAdapter: Adapter<ImageToDecode, ImageResponse, ImageRequest, ImageResponse> = {
  toCall([file, ...more]) {
    if (file === undefined || more.length > 0) throw new RangeError('Images are decoded one a call.');
    const bytes = file.transfer && ownsMemory(file.bytes) ? file.bytes : new Uint8Array(file.bytes);
    return { request: { bytes, wishes: file.wishes }, transfer: [bytes.buffer] };
  },
  toOutcomes: (value) => [{ status: 'fulfilled', value }],
};
