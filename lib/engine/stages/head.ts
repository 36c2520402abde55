import type { Adapter } from '../supervision/worker-backend.js';
import type { SessionRequest, SessionResponse } from '../workers/messages.js';
import { rowsOf } from './features.js';

/** Pooled features of one post; undefined where a modality is absent. */
export interface PostFeatures {
  readonly text: Float32Array | undefined;
  readonly image: Float32Array | undefined;
}

/** What stands for an absent modality. */
export interface AbsentFeatures {
  readonly text: Float32Array;
  readonly image: Float32Array;
}

/**
 * Lays posts out as the head's batch: features [n, width] and presence [n] of both modalities. Gives logits. `absentNow`
 * is asked for every batch, because the head's worker starts before the encoders have told it.
 */
export function headAdapter(
  absentNow: () => AbsentFeatures,
): Adapter<PostFeatures, Float32Array, SessionRequest, SessionResponse> {
  return {
    toCall(posts) {
      const absent = absentNow();
      const text = layOut(
        posts.map((post) => post.text),
        absent.text,
      );
      const image = layOut(
        posts.map((post) => post.image),
        absent.image,
      );
      const request: SessionRequest = {
        text_features: { type: 'float32', data: text.features, dims: [posts.length, absent.text.length] },
        image_features: { type: 'float32', data: image.features, dims: [posts.length, absent.image.length] },
        text_present: { type: 'float32', data: text.present, dims: [posts.length] },
        image_present: { type: 'float32', data: image.present, dims: [posts.length] },
      };
      return { request, transfer: [text.features.buffer, image.features.buffer] };
    },
    toOutcomes: (response, posts) => rowsOf(response, 'logits', posts.length),
  };
}

function layOut(rows: readonly (Float32Array | undefined)[], absent: Float32Array) {
  const width = absent.length;
  const features = new Float32Array(rows.length * width);
  const present = new Float32Array(rows.length);
  for (const [index, row] of rows.entries()) {
    features.set(row ?? absent, index * width);
    present[index] = row === undefined ? 0 : 1;
  }
  return { features, present };
}
