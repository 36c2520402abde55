import { isUtf8 } from 'node:buffer';
import { ModerationError } from '../../contract/errors.js';
import { type CompiledModel, writeCompiled } from '../compiled-file.js';
import { normalizedWord } from '../pipeline/clip.js';
import { compileMerges } from './merges.js';
import { clipSymbols, gemmaSymbols } from './symbols.js';
import { parseTokenizerJson } from './tokenizer-json.js';
import { readVocabulary } from './vocabulary.js';

export interface CompiledTokenizer {
  /** The contents of tokenizer.bin, for `loadTokenizer`. */
  readonly bytes: Uint8Array;
  readonly pipeline: 'gemma' | 'clip';
  /** One more than the highest token id. */
  readonly vocabularySize: number;
  /** The id of a piece or added token, for example of `<eos>`. */
  idOf(content: string): number | undefined;
}

/**
 * Compiles a Hugging Face tokenizer.json of Gemma's pipeline (SigLIP2) or CLIP's.
 *
 * @throws ModerationError `checkpoint_invalid` naming each component that is not as in these pipelines, or what is
 * wrong with the vocabulary and the merges
 */
export function compileTokenizer(json: Uint8Array | string): CompiledTokenizer {
  const { pipeline, addedTokens, ...bulk } = parseTokenizerJson(parseJson(json));
  const vocabulary = readVocabulary(bulk.vocabulary, addedTokens);
  const { wordwise, ...merges } = compileMerges(bulk.merges, vocabulary);
  const symbols = pipeline === 'gemma' ? gemmaSymbols(vocabulary) : clipSymbols(vocabulary);
  const raw = addedTokens.filter(({ normalized }) => !normalized);
  const normalized = addedTokens.filter(({ normalized }) => normalized);
  const model: CompiledModel = {
    header: {
      pipeline,
      vocabularySize: vocabulary.size,
      characters: symbols.characters.length,
      merges: merges.merged.length,
      wordwise,
      raw: raw.map(({ content, id }) => [content, id]),
      normalized: normalized.map(({ content, id }) => [normalizedWord(content), id]),
    },
    ...symbols,
    ...merges,
  };
  return {
    bytes: writeCompiled(model),
    pipeline,
    vocabularySize: vocabulary.size,
    idOf: (content) => vocabulary.ids.get(content),
  };
}

function parseJson(json: Uint8Array | string): unknown {
  try {
    return JSON.parse(typeof json === 'string' ? json : decodeUtf8(json));
  } catch (cause) {
    throw new ModerationError('checkpoint_invalid', 'tokenizer.json is no JSON in UTF-8.', { cause });
  }
}

function decodeUtf8(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw new TypeError('The bytes are no UTF-8.');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}
