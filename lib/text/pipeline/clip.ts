import { at } from '../bpe/at.js';
import { Bpe } from '../bpe/bpe.js';
import type { TokenList } from '../bpe/token-list.js';
import type { CompiledModel } from '../compiled-file.js';
import { AddedTokens } from './added-tokens.js';
import type { Pipeline } from './pipeline.js';
import { composed, LETTER, lowercase, NUMBER, WHITE_SPACE } from './unicode.js';

const WORD = new RegExp(`[^${WHITE_SPACE}]+`, 'gv');

/** CLIP's split: English contractions, runs of letters, single digits, runs of other signs. */
const PART = new RegExp(
  `'s|'t|'re|'ve|'m|'ll|'d|${LETTER}+|${NUMBER}|[^${WHITE_SPACE}${LETTER}${NUMBER}]+`,
  'gv',
);

/**
 * CLIP's pipeline: composed, white space collapsed, lower case, split into parts, each part encoded by its UTF-8 bytes
 * with the last one marked as the end of a word.
 *
 * The original normalizes the whole section first. To split at white space first is the same: neither composition nor
 * lower case makes, removes or looks across white space. So a long text costs no more than the words that the model
 * reads.
 */
export class ClipPipeline implements Pipeline {
  readonly #model: CompiledModel;
  readonly #addedTokens: AddedTokens;
  readonly #bpe: Bpe;

  constructor(model: CompiledModel) {
    this.#model = model;
    this.#addedTokens = new AddedTokens(model.header.normalized);
    this.#bpe = new Bpe(model);
  }

  encode(section: string, tokens: TokenList): void {
    for (const [word] of section.matchAll(WORD)) {
      for (const piece of this.#addedTokens.split(normalizedWord(word))) {
        if (typeof piece === 'number') tokens.push(piece);
        else this.#encodePiece(piece, tokens);
      }
    }
  }

  #encodePiece(piece: string, tokens: TokenList): void {
    for (const [part] of piece.matchAll(PART)) {
      const utf8 = Buffer.from(part);
      const last = utf8.length - 1;
      for (let index = 0; index < last; index++) this.#bpe.push(at(this.#model.bytes, at(utf8, index)));
      this.#bpe.push(at(this.#model.finalBytes, at(utf8, last)));
      this.#bpe.mergeInto(tokens);
    }
  }
}

/** CLIP's normalizer, for text without white space. */
export function normalizedWord(word: string): string {
  return lowercase(composed(word));
}
