import type { Modality } from '../contract/modality.js';
import type { PartOfPost, Wishes } from '../contract/parts.js';
import type { Unseen } from '../contract/unseen.js';

/** What there is to classify. Null or undefined means absent; at least one must be there. */
export interface Post {
  readonly text?: string | null | undefined;
  /** The bytes of an image file. They must stay as they are until the answer is there. */
  readonly image?: Uint8Array | null | undefined;
  /** Further image files of the post, up to maxImagesPerItem with the first. */
  readonly images?: readonly Uint8Array[] | null | undefined;
}

export interface ClassifyOptions {
  /** Aborts when the caller left: what was not computed yet is not, and the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * When the answer loses its use, in milliseconds of `performance.now()`.
   * @default `requestTimeoutMs` from now
   */
  readonly deadline?: number | undefined;
  /**
   * Hands the image's memory over instead of copying it: its array may be empty afterwards.
   * @default false
   */
  readonly transfer?: boolean | undefined;
  /**
   * What is judged beside the first part of each text and image.
   * @default nothing
   */
  readonly wishes?: Wishes | undefined;
}

/**
 * Milliseconds by stage: the run of a stage under its name, the wait before it under its name and `_wait`, all of it
 * under `total`. Runs are those of whole batches. Stages that were skipped or shared with another post are missing.
 */
export type Timings = Readonly<Record<string, number>>;

/** What the model answers about one part of a post, or about a part of its text and one of its images together. */
export interface Answer {
  readonly part: PartOfPost;
  /** One per class, in the order of the manifest. */
  readonly logits: Float32Array;
  /** Float32 sigmoids of the logits. They are independent and do not add up to 1. */
  readonly probabilities: Float32Array;
}

export interface Classification {
  /** The first is about what the model reads by itself; of a plain post it is the only one. */
  readonly answers: readonly [Answer, ...Answer[]];
  /** Each class's highest of all answers. */
  readonly logits: Float32Array;
  readonly probabilities: Float32Array;
  /** What the answers do not rest on. */
  readonly unseen: readonly Unseen[];
  /** What the answer rests on: text before image. The encoder of an absent modality was not run. */
  readonly modalitiesUsed: readonly Modality[];
  /** Whether text beyond the model's token limit was left unread. */
  readonly textTruncated: boolean;
  readonly timings: Timings;
}
