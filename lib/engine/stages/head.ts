import type { Manifest } from '../../checkpoint/manifest.js';
import type { Adapter } from '../supervision/worker-backend.js';
import type { SessionRequest, SessionResponse } from '../workers/messages.js';
import { rowsOf } from './features.js';

/** Pooled features of one post; undefined where a modality is absent. */
export interface PostFeatures {
  readonly text: Float32Array | undefined;
  readonly image: Float32Array | undefined;
}

/**
 * Lays posts out as the head's batch: features [n, width] and presence [n] of both modalities. Gives logits. Zeros stand
 * for what is absent: no logit depends on them, whichever the head (see lib/convert/graphs.ts).
 */
export function headAdapter({
  text,
  image,
}: Pick<Manifest, 'text' | 'image'>): Adapter<PostFeatures, Float32Array, SessionRequest, SessionResponse> {
  return {
    toCall(posts) {
      const n = posts.length;
      const texts = layOut(
        posts.map((post) => post.text),
        text.width,
      );
      const images = layOut(
        posts.map((post) => post.image),
        image.width,
      );
      const request: SessionRequest = {
        text_features: { type: 'float32', data: texts.features, dims: [n, text.width] },
        image_features: { type: 'float32', data: images.features, dims: [n, image.width] },
        text_present: { type: 'float32', data: texts.present, dims: [n] },
        image_present: { type: 'float32', data: images.present, dims: [n] },
      };
      return { request, transfer: [texts.features.buffer, images.features.buffer] };
    },
    toOutcomes: (response, posts) => rowsOf(response, 'logits', posts.length),
  };
}

function layOut(rows: readonly (Float32Array | undefined)[], width: number) {
  const features = new Float32Array(rows.length * width);
  const present = new Float32Array(rows.length);
  for (const [index, row] of rows.entries()) {
    if (row === undefined) continue;
    features.set(row, index * width);
    present[index] = 1;
  }
  return { features, present };
}
