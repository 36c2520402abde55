import type { TokenList } from '../bpe/token-list.js';

/** What turns text without added tokens into tokens. */
export interface Pipeline {
  /** Appends the tokens of a section of text until `tokens` is full. */
  encode(section: string, tokens: TokenList): void;
}
