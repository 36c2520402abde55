/** Characters that readers do not see, or take for others. */
import { countHidden, mayHide, withoutHidden } from './hidden.js';
import { countImitating, unmasked } from './imitating.js';

export interface CharacterFacts {
  /** Characters that no reader sees and that are not ordinary where they stand. */
  readonly hidden: number;
  /** Those of them that stand inside words, or smuggle words. */
  readonly hiddenInWords: number;
  /** Words whose characters imitate others. */
  readonly imitating: number;
}

const NOTHING: CharacterFacts = { hidden: 0, hiddenInWords: 0, imitating: 0 };

/** Printable ASCII and white space hold neither. */
const PLAIN = /^[\t\n\v\f\r -~]*$/;

/** Takes time in proportion to the text. */
export function charactersOf(text: string): CharacterFacts {
  if (PLAIN.test(text)) return NOTHING;
  const { hidden, inWords } = mayHide(text) ? countHidden(text) : { hidden: 0, inWords: 0 };
  return { hidden, hiddenInWords: inWords, imitating: countImitating(text) };
}

/**
 * The text as people read it: without hidden characters, overridden runs in the order in which they are shown, and words
 * that imitate in the letters that they imitate. A text without any of these is returned as it is.
 */
export function asShown(text: string): string {
  if (PLAIN.test(text)) return text;
  return unmasked(mayHide(text) ? withoutHidden(text) : text);
}
