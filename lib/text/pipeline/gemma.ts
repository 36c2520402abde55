import { at } from '../bpe/at.js';
import { Bpe } from '../bpe/bpe.js';
import type { TokenList } from '../bpe/token-list.js';
import type { CompiledModel } from '../compiled-file.js';
import type { Pipeline } from './pipeline.js';
import { lowercase } from './unicode.js';

const SPACE = 0x20;
/** ▁, which stands for a space in the vocabulary. */
const SPACE_PIECE = 0x2581;

/** A word with the spaces before it. A ▁ in the text is the same as a space. */
const WORD = /[ ▁]*[^ ▁]+|[ ▁]+/g;

/**
 * Gemma's pipeline, which SigLIP2 uses: spaces become ▁, nothing else is normalized or split, and characters outside
 * the vocabulary are spelled in UTF-8 bytes.
 *
 * The original merges the whole section at once. Where the vocabulary has no merge across the start of a word (checked
 * at compilation) the words are independent, and a long text costs no more than the words that the model reads.
 */
export class GemmaPipeline implements Pipeline {
  readonly #model: CompiledModel;
  readonly #lowercase: boolean;
  readonly #bpe: Bpe;
  readonly #encoder = new TextEncoder();
  readonly #utf8 = new Uint8Array(4);

  constructor(model: CompiledModel, options: { readonly lowercase: boolean }) {
    this.#model = model;
    this.#lowercase = options.lowercase;
    this.#bpe = new Bpe(model);
  }

  encode(section: string, tokens: TokenList): void {
    if (!this.#model.header.wordwise) {
      this.#encodeChunk(section, tokens);
      return;
    }
    for (const [word] of section.matchAll(WORD)) this.#encodeChunk(word, tokens);
  }

  #encodeChunk(chunk: string, tokens: TokenList): void {
    for (const character of this.#lowercase ? lowercase(chunk) : chunk) {
      const code = character.codePointAt(0) ?? SPACE; // an iterated string yields no empty ones
      const token = this.#tokenOf(code === SPACE ? SPACE_PIECE : code);
      if (token === undefined) this.#pushBytes(character);
      else this.#bpe.push(token);
    }
    this.#bpe.mergeInto(tokens);
  }

  /** The token of a code point, by binary search. */
  #tokenOf(code: number): number | undefined {
    const { characters, characterTokens } = this.#model;
    let low = 0;
    let high = characters.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (at(characters, middle) < code) low = middle + 1;
      else high = middle;
    }
    return characters[low] === code ? characterTokens[low] : undefined;
  }

  #pushBytes(character: string): void {
    const { written } = this.#encoder.encodeInto(character, this.#utf8);
    for (const byte of this.#utf8.subarray(0, written)) this.#bpe.push(at(this.#model.bytes, byte));
  }
}
