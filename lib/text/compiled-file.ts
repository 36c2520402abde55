/**
 * The compiled tokenizer, `tokenizer.bin`: what encoding needs of a tokenizer.json, in a form that is ready as soon as
 * it is read. Little endian:
 *
 *     "MTOK"  uint32 version  uint32 header length  header: JSON, padded with spaces to 4 bytes
 *     int32 arrays, one after the other, in the order and with the lengths of `lengthsOf`
 */
import { ModerationError } from '../contract/errors.js';
import { at } from './bpe/at.js';

const MAGIC = 0x4b4f544d; // "MTOK"
const VERSION = 1;
const PREAMBLE_BYTES = 12;

/** Far beyond known tokenizers (256,000 pieces, 600,000 merges), so that a hostile header claims no absurd size. */
const MAX_VOCABULARY = 2 ** 22;
const MAX_MERGES = 2 ** 24;

const MAX_ADDED_TOKENS = 100_000;

/** An added token's content and id. */
export type AddedToken = readonly [string, number];

export interface CompiledHeader {
  readonly pipeline: 'gemma' | 'clip';
  /** One more than the highest token id. */
  readonly vocabularySize: number;
  readonly characters: number;
  readonly merges: number;
  /** Whether no merge crosses the start of a word, so that words can be encoded one by one (Gemma's pipeline). */
  readonly wordwise: boolean;
  /** Added tokens that are found in the text as it is. */
  readonly raw: readonly AddedToken[];
  /** Added tokens that are found after normalization; their content is normalized. */
  readonly normalized: readonly AddedToken[];
}

/**
 * What makes a field of the header right, and in words. By hand: the worker that reads this file would spend more time
 * on loading a library for it than on all else.
 */
const HEADER_RULES: Readonly<Record<keyof CompiledHeader, readonly [(value: unknown) => boolean, string]>> = {
  pipeline: [(value) => value === 'gemma' || value === 'clip', 'gemma or clip'],
  vocabularySize: [wholeNumber(1, MAX_VOCABULARY), `a whole number from 1 to ${MAX_VOCABULARY}`],
  characters: [wholeNumber(0, 0x110000), `a whole number from 0 to ${0x110000}`],
  merges: [wholeNumber(0, MAX_MERGES), `a whole number from 0 to ${MAX_MERGES}`],
  wordwise: [(value) => typeof value === 'boolean', 'true or false'],
  raw: [isAddedTokens, 'pairs of a content and an id'],
  normalized: [isAddedTokens, 'pairs of a content and an id'],
};

function wholeNumber(min: number, max: number): (value: unknown) => boolean {
  return (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
}

function isAddedTokens(value: unknown): boolean {
  return Array.isArray(value) && value.length <= MAX_ADDED_TOKENS && value.every(isAddedToken);
}

function isAddedToken(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [content, id] = value as unknown[];
  return typeof content === 'string' && content !== '' && Number.isInteger(id) && (id as number) >= 0;
}

/** The tokens that merging starts from. */
export interface SymbolArrays {
  /** [256] The token of each byte. */
  bytes: Int32Array;
  /** [256] The token of each byte at the end of a word. Read by CLIP's pipeline; Gemma's repeats `bytes`. */
  finalBytes: Int32Array;
  /** [characters] Code points that are tokens, ascending. Gemma's pipeline. */
  characters: Int32Array;
  /** [characters] Their tokens. */
  characterTokens: Int32Array;
}

/** Which pairs of tokens merge: rows by the left token. */
export interface MergeArrays {
  /** [vocabularySize + 1] Where the row of a left token begins in the next two. */
  mergeOffsets: Int32Array;
  /** [merges] The right tokens, ascending for each left token. */
  mergeRights: Int32Array;
  /** [merges] The ranks of these pairs. */
  mergeRanks: Int32Array;
  /** [merges] The token that the merge of a rank makes. */
  merged: Int32Array;
}

type CompiledArrays = SymbolArrays & MergeArrays;

export interface CompiledModel extends SymbolArrays, MergeArrays {
  header: CompiledHeader;
}

function lengthsOf(header: CompiledHeader): Record<keyof CompiledArrays, number> {
  return {
    bytes: 256,
    finalBytes: 256,
    characters: header.characters,
    characterTokens: header.characters,
    mergeOffsets: header.vocabularySize + 1,
    mergeRights: header.merges,
    mergeRanks: header.merges,
    merged: header.merges,
  };
}

/** The bytes of tokenizer.bin. The same model always gives the same bytes. */
export function writeCompiled({ header, ...arrays }: CompiledModel): Uint8Array {
  const json = Buffer.from(JSON.stringify(header));
  const text = Buffer.concat([json, Buffer.alloc(-json.length & 3, ' ')]);
  const preamble = Buffer.alloc(PREAMBLE_BYTES);
  [MAGIC, VERSION, text.length].forEach((value, index) => {
    preamble.writeUInt32LE(value, index * 4);
  });
  const names = Object.keys(lengthsOf(header)) as (keyof CompiledArrays)[];
  const parts = names.map(
    (name) => new Uint8Array(arrays[name].buffer, arrays[name].byteOffset, arrays[name].byteLength),
  );
  return Buffer.concat([preamble, text, ...parts]);
}

/**
 * Reads tokenizer.bin: the arrays are views of `file`, nothing is copied unless its address is no multiple of 4.
 *
 * @throws ModerationError `pack_invalid` when anything in it is out of bounds; what passes is safe to encode with
 */
export function readCompiled(file: Uint8Array): CompiledModel {
  const bytes = file.byteOffset % 4 === 0 ? file : file.slice();
  const { header, end } = readHeader(bytes);
  const lengths = lengthsOf(header);
  const expected = end + 4 * Object.values(lengths).reduce((sum, length) => sum + length, 0);
  if (bytes.length !== expected) throw invalid(`it has ${bytes.length} bytes, expected ${expected}`);
  let offset = bytes.byteOffset + end;
  const take = (length: number): Int32Array => {
    const array = new Int32Array(bytes.buffer, offset, length);
    offset += length * 4;
    return array;
  };
  const names = Object.keys(lengths) as (keyof CompiledArrays)[];
  // `names` are all keys of the arrays.
  const arrays = Object.fromEntries(names.map((name) => [name, take(lengths[name])])) as unknown;
  const model = { header, ...(arrays as CompiledArrays) };
  checkArrays(model);
  return model;
}

function readHeader(bytes: Uint8Array): { header: CompiledHeader; end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < PREAMBLE_BYTES || view.getUint32(0, true) !== MAGIC) {
    throw invalid('it does not begin with "MTOK", so it is no compiled tokenizer');
  }
  const version = view.getUint32(4, true);
  if (version !== VERSION) throw invalid(`its version is ${version}, expected ${VERSION}`);
  const length = view.getUint32(8, true);
  const end = PREAMBLE_BYTES + length;
  if (length % 4 !== 0 || end > bytes.length) throw invalid(`its header claims ${length} bytes`);
  let json: unknown;
  try {
    json = JSON.parse(
      new TextDecoder('utf-8', { fatal: true }).decode(unshared(bytes.subarray(PREAMBLE_BYTES, end))),
    );
  } catch (cause) {
    throw invalid('its header is no JSON', cause);
  }
  return { header: checkHeader(json), end };
}

/** A copy: text is not decoded from memory that another thread may be writing to. */
function unshared(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}

function checkHeader(json: unknown): CompiledHeader {
  const fields: Readonly<Record<string, unknown>> = { ...(json as object | null) };
  const wrong = Object.entries(HEADER_RULES)
    .filter(([name, [isRight]]) => !isRight(fields[name]))
    .map(([name, [, expected]]) => `${name} must be ${expected}`);
  const unknown = Object.keys(fields).filter((name) => !Object.hasOwn(HEADER_RULES, name));
  wrong.push(...unknown.slice(0, 10).map((name) => `${JSON.stringify(name.slice(0, 40))} is no field of it`));
  if (wrong.length > 0) throw invalid(`its header is wrong: ${wrong.join('; ')}`);
  // Every field was looked at.
  return fields as unknown as CompiledHeader;
}

function checkArrays(model: CompiledModel): void {
  const { vocabularySize, merges, raw, normalized } = model.header;
  checkRange('bytes', model.bytes, vocabularySize);
  checkRange('finalBytes', model.finalBytes, vocabularySize);
  checkRange('characters', model.characters, 0x110000);
  checkAscending('characters', model.characters);
  checkRange('characterTokens', model.characterTokens, vocabularySize);
  checkRange('mergeOffsets', model.mergeOffsets, merges + 1);
  checkAscending('mergeOffsets', model.mergeOffsets);
  if (model.mergeOffsets[0] !== 0 || model.mergeOffsets[vocabularySize] !== merges) {
    throw invalid(`mergeOffsets do not span the ${merges} merges`);
  }
  checkRange('mergeRights', model.mergeRights, vocabularySize);
  checkRange('mergeRanks', model.mergeRanks, merges);
  checkRange('merged', model.merged, vocabularySize);
  const outside = [...raw, ...normalized].find(([, id]) => id >= vocabularySize);
  if (outside !== undefined) {
    throw invalid(`the added token ${JSON.stringify(outside[0])} has the id ${outside[1]}`);
  }
}

/** Loops, here and below: a function called for each of two million values takes 10 ms more of a start. */
function checkRange(name: string, values: Int32Array, limit: number): void {
  for (let index = 0; index < values.length; index++) {
    const value = at(values, index);
    if (value < 0 || value >= limit) throw invalid(`${name} holds ${value}, expected 0 to ${limit - 1}`);
  }
}

function checkAscending(name: string, values: Int32Array): void {
  for (let index = 1; index < values.length; index++) {
    const value = at(values, index);
    if (value < at(values, index - 1)) throw invalid(`${name} falls to ${value}, expected ascending values`);
  }
}

function invalid(problem: string, cause?: unknown): ModerationError {
  const message = `The compiled tokenizer cannot be used: ${problem}. Convert the checkpoint again.`;
  return new ModerationError('pack_invalid', message, { cause });
}
