/** From the facts about a post's text and images to what its answer does not rest on. */
import type { Unseen } from '../contract/unseen.js';
import type { ImageFacts } from '../image/parts.js';
import type { CharacterFacts } from '../text/characters/characters.js';

/** Tokens of a text, those that were judged among them. */
export interface TokenFacts {
  readonly read: number;
  readonly total: number;
}

/** @param characters undefined where the text was judged as people see it */
export function unseenOfText(
  { read, total }: TokenFacts,
  characters: CharacterFacts | undefined,
): readonly Unseen[] {
  const found: Unseen[] = [];
  if (read < total) found.push({ code: 'text_cut', figure: share(total - read, total), read, total });
  if (characters === undefined) return found;
  const { hidden, hiddenInWords, imitating } = characters;
  if (hidden > 0) found.push({ code: 'hidden_characters', figure: hiddenInWords });
  if (imitating > 0) found.push({ code: 'imitating_characters', figure: imitating });
  return found;
}

/** @param index of the image where the post has several; undefined where it is the only one */
export function unseenOfImage(facts: ImageFacts, index: number | undefined): readonly Unseen[] {
  const { frames, framesJudged, cut, squeeze, transparency, turned, profiled } = facts;
  const of = index === undefined ? {} : { image: index };
  const found: Unseen[] = [];
  if (framesJudged < frames) {
    const figure = share(frames - framesJudged, frames);
    found.push({ code: 'frames', figure, ...of, read: framesJudged, total: frames });
  }
  if (cut > 0) found.push({ code: 'crop', figure: round(cut), ...of });
  if (squeeze > MILD_SQUEEZE) found.push({ code: 'squeeze', figure: round(squeeze), ...of });
  if (transparency > 0) found.push({ code: 'transparency', figure: round(transparency), ...of });
  if (turned) found.push({ code: 'orientation', figure: 1, ...of });
  if (profiled) found.push({ code: 'colour_profile', figure: 1, ...of });
  return found;
}

/** Up to 2:1 nothing is missing and little is harder to see: the models were trained on pictures pressed like this. */
const MILD_SQUEEZE = 0.5;

const DIGITS = 1e6;

/** To six digits, and never to 0: what was not judged is told. */
function round(value: number): number {
  return Math.max(Math.round(value * DIGITS), 1) / DIGITS;
}

function share(part: number, whole: number): number {
  return round(part / whole);
}
