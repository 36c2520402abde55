import { asShown, type CharacterFacts, charactersOf } from './characters/characters.js';
import type { Encoding, Tokenizer } from './tokenizer.js';

/** All that is read of a text: its tokens, and what people see of it otherwise. */
export interface ReadText extends Encoding {
  readonly characters: CharacterFacts;
  /** The text as people see it, where that is another. */
  readonly shown: string | undefined;
}

/** @throws ModerationError `text_invalid` when the text holds a lone surrogate */
export function readText(text: string, tokenizer: Tokenizer): ReadText {
  const encoding = tokenizer.encode(text);
  const shown = asShown(text);
  return { ...encoding, characters: charactersOf(text), shown: shown === text ? undefined : shown };
}
