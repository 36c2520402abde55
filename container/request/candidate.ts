import type { ModerationError } from '../../lib/contract/errors.js';
import type { Limits } from '../../lib/contract/limits.js';
import type { Parameters } from '../../lib/contract/request.js';
import { demandOf } from '../../lib/engine/admission.js';
import type { Demand, Post } from '../engine.js';
import { ready, type Steps } from '../time-slicer.js';

/** One item as read: a post to classify, or what is wrong with it. The caller's id is kept either way. */
export type Entry = { readonly id?: string } & (
  | { readonly post: Post }
  | { readonly error: ModerationError }
);

/** What will fill one slot of the reply: decoded when its turn comes, so that a refused request costs no decoding. */
export interface Candidate {
  /** The places that it may take, known before it is decoded. */
  readonly demand: Demand;
  decode(): Steps<Entry>;
}

/** A request, whatever its format: its items in order, and what it asks of all of them. */
export interface ParsedRequest {
  readonly candidates: readonly Candidate[];
  readonly parameters: Parameters;
  /** For JSON Lines: whether the last line ends in a newline, which the reply then does too. */
  readonly finalNewline?: boolean;
}

/** Reads a body of one format. Throws the ModerationError of a bad envelope. */
export type ReadRequest = (body: Buffer, context: ReadContext) => Steps<ParsedRequest>;

export interface ReadContext {
  readonly limits: Limits;
  readonly contentType: string;
}

/** A candidate that needs no decoding. */
export function decoded(entry: Entry): Candidate {
  return {
    demand: 'post' in entry ? demandOf(entry.post) : { texts: 0, images: 0 },
    decode: () => ready(entry),
  };
}

/** The demand of all candidates together. */
export function totalDemand(candidates: readonly Candidate[]): Demand {
  let texts = 0;
  let images = 0;
  for (const { demand } of candidates) {
    texts += demand.texts;
    images += demand.images;
  }
  return { texts, images };
}
