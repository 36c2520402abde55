import type { Limits } from '../contract/limits.js';
import type { Wishes } from '../contract/parts.js';

/** What is known of a post before it is decoded. */
export interface Outline {
  readonly textChars: number;
  /** Images whose format is made for animation (GIF). Others turn out to be animated when they are read. */
  readonly animations: number;
}

/** A token of running text has about four characters; three, so that fewer texts take more windows than were expected. */
const CHARS_A_TOKEN = 3;
/** Tokens by which windows follow one another, for the shorter of the published models. */
const STRIDE_TOKENS = 47;

/** Parts beyond the first of each text and image that are likely, for the admission. */
export function expectedParts(
  { textChars, animations }: Outline,
  wishes: Wishes,
  limits: Pick<Limits, 'maxWindows' | 'maxFrames'>,
): { readonly moreTexts: number; readonly moreImages: number } {
  const windows = Math.floor(textChars / (CHARS_A_TOKEN * STRIDE_TOKENS));
  return {
    moreTexts: wishes.windows ? Math.min(windows, limits.maxWindows - 1) : 0,
    moreImages: wishes.frames ? animations * (limits.maxFrames - 1) : 0,
  };
}
