import { readFileSync } from 'node:fs';
import { ModerationError } from '../contract/errors.js';
import { TokenList } from './bpe/token-list.js';
import { readCompiled } from './compiled-file.js';
import { AddedTokens } from './pipeline/added-tokens.js';
import { ClipPipeline } from './pipeline/clip.js';
import { GemmaPipeline } from './pipeline/gemma.js';
import type { Pipeline } from './pipeline/pipeline.js';

/** What the tokenizer needs of a pack's manifest; its `text` has these fields. */
export interface TokenizerSpec {
  /** Tokens a text may have, special tokens included. */
  readonly maxTokens: number;
  /** Token put before every text, or null. */
  readonly bosId: number | null;
  /** Token appended to every text. */
  readonly eosId: number;
  /** Lowercase the text between added tokens, beyond what the tokenizer does itself. */
  readonly lowercase: boolean;
  /** Rows of the token embedding: every id is below. */
  readonly vocabularySize: number;
}

export interface Encoding {
  /** Token ids with the special tokens, 1 to `maxTokens` of them, not padded. */
  readonly ids: Int32Array;
  /** Whether tokens were left out. Truncation keeps the first tokens and all special ones. */
  readonly truncated: boolean;
  /** All tokens of the text, without special ones. */
  readonly tokens: Int32Array;
}

const LONE_SURROGATE = /\p{Surrogate}/u;

/** Text to token ids, exactly as Hugging Face's `tokenizers` gives them. Not to be shared by threads. */
export class Tokenizer {
  readonly #spec: TokenizerSpec;
  readonly #addedTokens: AddedTokens;
  readonly #pipeline: Pipeline;

  constructor(compiled: Uint8Array, spec: TokenizerSpec) {
    const model = readCompiled(compiled);
    checkSpec(spec, model.header.vocabularySize);
    this.#spec = spec;
    this.#addedTokens = new AddedTokens(model.header.raw);
    this.#pipeline =
      model.header.pipeline === 'gemma' ? new GemmaPipeline(model, spec) : new ClipPipeline(model);
  }

  /**
   * Encodes a text, all of it: what the model does not read is told, and may be judged in further windows.
   *
   * @throws ModerationError `text_invalid` when the text holds a lone surrogate
   */
  encode(text: string): Encoding {
    if (LONE_SURROGATE.test(text)) {
      throw new ModerationError(
        'text_invalid',
        'The text holds a lone surrogate, expected well-formed Unicode: repair it with String.prototype.toWellFormed().',
      );
    }
    const list = new TokenList(this.#spec.maxTokens);
    for (const part of this.#addedTokens.split(text)) {
      if (typeof part === 'number') list.push(part);
      else this.#pipeline.encode(part, list);
    }
    const tokens = list.ids.slice();
    const room = this.#spec.maxTokens - this.#specialTokens;
    return { ids: this.#frame(tokens.subarray(0, room)), truncated: tokens.length > room, tokens };
  }

  /** How many tokens are put around every text. */
  get #specialTokens(): number {
    return this.#spec.bosId === null ? 1 : 2;
  }

  #frame(tokens: Int32Array): Int32Array {
    const { bosId, eosId } = this.#spec;
    const ids = new Int32Array(tokens.length + this.#specialTokens);
    ids.set(tokens, bosId === null ? 0 : 1);
    if (bosId !== null) ids[0] = bosId;
    ids[ids.length - 1] = eosId;
    return ids;
  }
}

/**
 * Loads a compiled tokenizer (see compile.ts) from a file or its bytes.
 *
 * @throws ModerationError `pack_invalid` when the file is damaged or does not fit the manifest
 */
export function loadTokenizer(source: string | Uint8Array, spec: TokenizerSpec): Tokenizer {
  return new Tokenizer(typeof source === 'string' ? readFileSync(source) : source, spec);
}

function checkSpec(spec: TokenizerSpec, tokens: number): void {
  const { maxTokens, bosId, eosId, vocabularySize } = spec;
  const problems: string[] = [];
  if (tokens > vocabularySize) {
    problems.push(`it has ids up to ${tokens - 1}, but the model has ${vocabularySize} rows`);
  }
  if (Math.max(eosId, bosId ?? 0) >= tokens) {
    problems.push(`bosId ${bosId} or eosId ${eosId} is none of its ids, 0 to ${tokens - 1}`);
  }
  if (maxTokens < 2) problems.push(`maxTokens is ${maxTokens}, expected at least 2`);
  if (problems.length > 0) {
    throw new ModerationError(
      'pack_invalid',
      `The tokenizer does not fit the manifest: ${problems.join('; ')}.`,
    );
  }
}
