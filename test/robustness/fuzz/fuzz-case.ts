import type { ResampleSpec } from '../../../lib/image/resample.js';
import type { ImageWishes } from '../../../lib/image/wishes.js';

export type Family = 'json' | 'jsonlines' | 'multipart' | 'image' | 'protocol' | 'decoder';

/** A body posted to /invocations over a well-formed exchange. */
export interface PostCase {
  readonly kind: 'post';
  readonly family: Family;
  readonly contentType: string;
  readonly body: Buffer;
  /** What the post consists of, where the generator knows it: an answer must rest on all of it. */
  readonly holds?: readonly ('text' | 'image')[];
}

/** Bytes on a bare connection. */
export interface RawCase {
  readonly kind: 'raw';
  readonly family: Family;
  readonly parts: readonly { readonly bytes: Buffer; readonly pauseMs: number }[];
  /** Whether the caller leaves when everything is sent. */
  readonly leaves: boolean;
  /** The most replies that the bytes may get: one more, and a request was smuggled in. */
  readonly maxReplies: number;
  /** Whether a 200 would mean that something malformed was taken for a request. */
  readonly mustRefuse: boolean;
}

/** An image file for the decoder itself, in a process of its own. */
export interface DecodeCase {
  readonly kind: 'decode';
  readonly family: 'decoder';
  readonly bytes: Buffer;
  readonly spec: ResampleSpec;
  readonly maxImagePixels: number;
  readonly wishes: ImageWishes;
}

export type FuzzCase = PostCase | RawCase | DecodeCase;

/** How a case ended. `failure` holds what breaks the contract; then the case is reported. */
export interface Verdict {
  /** For the table of outcomes: `200 answered`, `400 invalid_json`, `closed`, … */
  readonly outcome: string;
  readonly failure?: string;
}
