/**
 * A strict JSON reader over bytes. It exists because `JSON.parse` keeps the last of two equal keys without a word
 * (a filter in front that reads the first would pass a post that the model never sees), has no bounds, and holds the
 * event loop for tens of milliseconds where a body carries megabytes of base64. Here a long string costs one native
 * search for its closing quote, and the reader pauses on the way.
 */
import { isUtf8 } from 'node:buffer';
import { type ErrorCode, ModerationError } from '../../lib/contract/errors.js';
import type { Steps } from '../time-slicer.js';
import { type JsonObject, type JsonValue, LongString } from './json-value.js';

export interface JsonBounds {
  /** Strings with more bytes stay a {@link LongString}. */
  readonly maxStringBytes: number;
  /** Elements of an array; more are `too_many_items`, because `instances` is the only array there is. */
  readonly maxElements: number;
  /** Values in all. */
  readonly maxValues: number;
}

/** The contract needs four levels: envelope, instances, instance, field. */
const MAX_DEPTH = 16;
const MAX_KEY_BYTES = 1024;
const MAX_NUMBER_BYTES = 128;
/** Bytes to look at one by one between two pauses: about 0.1 ms. */
const STRIDE = 64 * 1024;

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const LITERALS = [
  { text: Buffer.from('null'), value: null },
  { text: Buffer.from('true'), value: true },
  { text: Buffer.from('false'), value: false },
] as const;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * The value of one document in UTF-8; a leading byte order mark is skipped. Throws `invalid_json` with the position
 * in bytes and never the content, `too_many_items`, or `invalid_request` for too many values.
 */
export function* parseJson(bytes: Buffer, bounds: JsonBounds): Steps<JsonValue> {
  if (!isUtf8(bytes)) throw new ModerationError('invalid_json', 'The body is no valid UTF-8.');
  return yield* new Reader(bytes, bounds).document();
}

class Reader {
  readonly #bytes: Buffer;
  readonly #bounds: JsonBounds;
  #at = 0;
  #values = 0;
  /** The first backslash at or after some earlier position: remembered, so that searches stay linear in all. */
  #backslash = -1;

  constructor(bytes: Buffer, bounds: JsonBounds) {
    this.#bytes = bytes;
    this.#bounds = bounds;
    if (bytes.subarray(0, 3).equals(BYTE_ORDER_MARK)) this.#at = 3;
  }

  *document(): Steps<JsonValue> {
    const value = yield* this.#value(0);
    while (this.#skipSpace()) yield;
    if (this.#at < this.#bytes.length) this.#fail('the end of the document');
    return value;
  }

  *#value(depth: number): Steps<JsonValue> {
    while (this.#skipSpace()) yield;
    this.#values += 1;
    if (this.#values > this.#bounds.maxValues) {
      this.#refuse('invalid_request', `holds more than ${this.#bounds.maxValues} values`);
    }
    switch (this.#bytes[this.#at]) {
      case 0x7b:
        return yield* this.#object(this.#descend(depth));
      case 0x5b:
        return yield* this.#array(this.#descend(depth));
      case QUOTE:
        return yield* this.#string(this.#bounds.maxStringBytes);
      default:
        return this.#scalar();
    }
  }

  *#object(depth: number): Steps<JsonObject> {
    const members: JsonObject = new Map();
    this.#at += 1;
    while (this.#skipSpace()) yield;
    if (this.#accept('}')) return members;
    for (;;) {
      while (this.#skipSpace()) yield;
      const keyAt = this.#at;
      if (this.#bytes[keyAt] !== QUOTE) this.#fail('a key in double quotes');
      const key = yield* this.#string(MAX_KEY_BYTES);
      if (key instanceof LongString) {
        this.#refuse('invalid_json', `has a key longer than ${MAX_KEY_BYTES} bytes`);
      }
      if (members.has(key)) {
        this.#at = keyAt;
        this.#fail('a key that its object does not have yet');
      }
      while (this.#skipSpace()) yield;
      if (!this.#accept(':')) this.#fail("':'");
      members.set(key, yield* this.#value(depth));
      while (this.#skipSpace()) yield;
      if (this.#accept('}')) return members;
      if (!this.#accept(',')) this.#fail("',' or '}'");
      yield;
    }
  }

  *#array(depth: number): Steps<JsonValue[]> {
    const elements: JsonValue[] = [];
    this.#at += 1;
    while (this.#skipSpace()) yield;
    if (this.#accept(']')) return elements;
    for (;;) {
      if (elements.length === this.#bounds.maxElements) {
        this.#refuse('too_many_items', `has more than ${this.#bounds.maxElements} items (maxItems)`);
      }
      elements.push(yield* this.#value(depth));
      while (this.#skipSpace()) yield;
      if (this.#accept(']')) return elements;
      if (!this.#accept(',')) this.#fail("',' or ']'");
      yield;
    }
  }

  *#string(maxBytes: number): Steps<string | LongString> {
    const start = this.#at + 1;
    let end = this.#bytes.indexOf(QUOTE, start);
    const backslash = this.#nextBackslash(start);
    const escaped = end >= 0 && backslash < end;
    if (escaped) end = yield* this.#unescapedQuote(backslash);
    if (end < 0) {
      this.#at = this.#bytes.length;
      this.#fail('a closing quote');
    }
    const raw = this.#bytes.subarray(start, end);
    if (raw.length <= maxBytes) return this.#decode(raw, end);
    this.#at = end + 1;
    return new LongString(raw, escaped);
  }

  *#unescapedQuote(from: number): Steps<number> {
    let at = from;
    while (at < this.#bytes.length) {
      at = skipCharacters(this.#bytes, at, at + STRIDE);
      if (this.#bytes[at] === QUOTE) return at;
      yield;
    }
    return -1;
  }

  #nextBackslash(from: number): number {
    if (this.#backslash < from) {
      const found = this.#bytes.indexOf(BACKSLASH, from);
      this.#backslash = found < 0 ? Number.POSITIVE_INFINITY : found;
    }
    return this.#backslash;
  }

  /** Between its quotes a string cannot end early, so the engine's own parser may resolve the escapes. */
  #decode(raw: Buffer, end: number): string {
    try {
      const text: string = JSON.parse(`"${raw.toString('utf8')}"`);
      this.#at = end + 1;
      return text;
    } catch {
      return this.#fail('a string without raw control characters or unknown escapes');
    }
  }

  #scalar(): JsonValue {
    const from = this.#at;
    for (const { text, value } of LITERALS) {
      if (!this.#bytes.subarray(from, from + text.length).equals(text)) continue;
      this.#at += text.length;
      return value;
    }
    let end = from;
    while (end < this.#bytes.length && isNumberByte(this.#bytes[end]) && end - from <= MAX_NUMBER_BYTES)
      end += 1;
    const token = this.#bytes.toString('latin1', from, end);
    if (!NUMBER.test(token) || token.length > MAX_NUMBER_BYTES) this.#fail('a value');
    this.#at = end;
    return Number(token);
  }

  /** Skips white space, up to a stride of it; true when there may be more. */
  #skipSpace(): boolean {
    const pause = this.#at + STRIDE;
    this.#at = skipSpace(this.#bytes, this.#at, pause);
    return this.#at === pause;
  }

  #accept(character: string): boolean {
    if (this.#bytes[this.#at] !== character.charCodeAt(0)) return false;
    this.#at += 1;
    return true;
  }

  #descend(depth: number): number {
    if (depth === MAX_DEPTH) this.#fail(`at most ${MAX_DEPTH} levels of nesting`);
    return depth + 1;
  }

  #fail(expected: string): never {
    throw new ModerationError('invalid_json', `Invalid JSON at byte ${this.#at}: expected ${expected}.`);
  }

  #refuse(code: ErrorCode, what: string): never {
    throw new ModerationError(code, `The document ${what}, at byte ${this.#at}.`);
  }
}

// Loops over bytes stand in functions of their own: inside a generator they run several times slower.

/** The position of the first byte that is no white space, or `end`. */
function skipSpace(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
    at += 1;
  }
  return end;
}

/** The position of the next quote that no backslash escapes, or of the first character at or behind `end`. */
function skipCharacters(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && at < bytes.length) {
    const byte = bytes[at];
    if (byte === QUOTE) return at;
    at += byte === BACKSLASH ? 2 : 1;
  }
  return at;
}

function isNumberByte(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  // Digits, '+', '-', '.', 'e' and 'E'.
  return (
    (byte >= 0x30 && byte <= 0x39) || byte === 0x2b || byte === 0x2d || byte === 0x2e || (byte | 32) === 0x65
  );
}
