import type { SymbolArrays } from '../compiled-file.js';
import { quote, refuse } from './problems.js';
import type { Vocabulary } from './vocabulary.js';

/** Gemma: every piece of one character, and `<0x00>` to `<0xFF>` for the bytes of all other characters. */
export function gemmaSymbols(vocabulary: Vocabulary): SymbolArrays {
  const characters = [...vocabulary.ids]
    .filter(([piece]) => isCharacter(piece))
    .map(([piece, id]) => [piece.codePointAt(0) ?? 0, id] as const)
    .sort(([a], [b]) => a - b);
  const bytes = tokensOfBytes(
    vocabulary,
    (byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
  );
  return {
    bytes,
    finalBytes: bytes,
    characters: Int32Array.from(characters, ([code]) => code),
    characterTokens: Int32Array.from(characters, ([, id]) => id),
  };
}

const isCharacter = (piece: string): boolean =>
  piece.length === ((piece.codePointAt(0) ?? 0) > 0xffff ? 2 : 1);

/** CLIP: a letter for each byte, and the same letter with the mark of a word's end. */
export function clipSymbols(vocabulary: Vocabulary): SymbolArrays {
  const letters = byteLetters();
  return {
    bytes: tokensOfBytes(vocabulary, (byte) => `${letters[byte]}`),
    finalBytes: tokensOfBytes(vocabulary, (byte) => `${letters[byte]}</w>`),
    characters: new Int32Array(),
    characterTokens: new Int32Array(),
  };
}

/** With a token for every byte no text is ever outside the vocabulary, so the unknown token is never needed. */
function tokensOfBytes({ ids }: Vocabulary, pieceOf: (byte: number) => string): Int32Array {
  const pieces = Array.from({ length: 256 }, (_, byte) => pieceOf(byte));
  const missing = pieces.filter((piece) => !ids.has(piece));
  refuse('lacks pieces for single bytes', missing.map(quote));
  return Int32Array.from(pieces, (piece) => ids.get(piece) ?? 0);
}

/** GPT-2's alphabet: bytes that print in Latin-1 stand for themselves, the others for U+0100 onwards in their order. */
function byteLetters(): string[] {
  const prints = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(prints(byte) ? byte : next++));
}
