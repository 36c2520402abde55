import type { ModerationError } from '../../lib/contract/errors.js';
import type { Limits } from '../../lib/contract/limits.js';
import type { Wishes } from '../../lib/contract/parts.js';
import type { Parameters } from '../../lib/contract/request.js';
import { demandOf } from '../../lib/engine/admission.js';
import { expectedParts } from '../../lib/parts/expected.js';
import type { Demand, Post } from '../engine.js';
import { ready, type Steps } from '../time-slicer.js';

/** One item as read: a post to classify, or what is wrong with it. The caller's id is kept either way. */
export type Entry = { readonly id?: string } & (
  | { readonly post: Post }
  | { readonly error: ModerationError }
);

/** What will fill one slot of the reply: decoded when its turn comes, so that a refused request costs no decoding. */
export interface Candidate {
  /** The permits that it may take, known before it is decoded. */
  demand(wishes: Wishes, limits: Limits): Demand;
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
    demand: (wishes, limits) => demandOfEntry(entry, wishes, limits),
    decode: () => ready(entry),
  };
}

export function demandOfEntry(entry: Entry, wishes: Wishes, limits: Limits): Demand {
  if (!('post' in entry)) return { texts: 0, images: 0 };
  const { text, image, images } = entry.post;
  const files = [...(image ? [image] : []), ...(images ?? [])];
  const outline = { textChars: text?.length ?? 0, animations: files.filter(isGif).length };
  return { ...demandOf(entry.post), ...expectedParts(outline, wishes, limits) };
}

const GIF = Buffer.from('GIF8');

function isGif(bytes: Uint8Array): boolean {
  return GIF.equals(bytes.subarray(0, GIF.length));
}

/** The demand of all candidates together. */
export function totalDemand(
  candidates: readonly Candidate[],
  wishes: Wishes,
  limits: Limits,
): Required<Demand> {
  const total = { texts: 0, images: 0, moreTexts: 0, moreImages: 0 };
  for (const candidate of candidates) {
    const { texts, images, moreTexts = 0, moreImages = 0 } = candidate.demand(wishes, limits);
    total.texts += texts;
    total.images += images;
    total.moreTexts += moreTexts;
    total.moreImages += moreImages;
  }
  return total;
}
