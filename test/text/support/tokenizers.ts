import { readFileSync } from 'node:fs';
import { type CompiledTokenizer, compileTokenizer } from '../../../lib/text/compile/compile.js';
import { loadTokenizer, type Tokenizer, type TokenizerSpec } from '../../../lib/text/tokenizer.js';
import { fixture } from '../../support/project-root.js';

export const TOKENIZERS = ['gemma-small', 'clip-small'] as const;

export type TokenizerName = (typeof TOKENIZERS)[number];

/** What Python's tokenizers gives for one text. */
export interface TokenizerCase {
  name: string;
  text: string;
  text_present: boolean;
  /** Not truncated, with special tokens. */
  ids: number[];
  /** Truncated and padded. */
  input_ids: number[];
  attention_mask: number[];
}

export interface TokenizerCases {
  max_length: number;
  pad_id: number;
  cases: TokenizerCase[];
}

export function tokenizerJson(name: TokenizerName): string {
  return readFileSync(fixture('tokenizers', name, 'tokenizer.json'), 'utf8');
}

export function tokenizerCases(name: TokenizerName): TokenizerCases {
  return JSON.parse(readFileSync(fixture('tokenizers', name, 'cases.json'), 'utf8'));
}

/** The manifest's fields for a compiled fixture. */
export function specOf(compiled: CompiledTokenizer, changes: Partial<TokenizerSpec> = {}): TokenizerSpec {
  const clip = compiled.pipeline === 'clip';
  return {
    maxTokens: clip ? 77 : 64,
    bosId: clip ? known(compiled, '<|startoftext|>') : null,
    eosId: known(compiled, clip ? '<|endoftext|>' : '<eos>'),
    lowercase: false,
    vocabularySize: compiled.vocabularySize,
    ...changes,
  };
}

export function load(name: TokenizerName, changes: Partial<TokenizerSpec> = {}): Tokenizer {
  const compiled = compileTokenizer(tokenizerJson(name));
  return loadTokenizer(compiled.bytes, specOf(compiled, changes));
}

function known(compiled: CompiledTokenizer, content: string): number {
  const id = compiled.idOf(content);
  if (id === undefined) throw new Error(`The fixture has no ${content}.`);
  return id;
}
