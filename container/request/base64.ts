import { ModerationError } from '../../lib/contract/errors.js';
import type { LongString } from '../json/json-value.js';
import type { Steps } from '../time-slicer.js';

/** Characters decoded between two pauses, a multiple of four: about 0.3 ms. */
const SLICE = 256 * 1024;

const BACKSLASH = 0x5c;
const SOLIDUS = 0x2f;
const LETTER_N = 0x6e;
const LETTER_R = 0x72;
const PADDING = 0x3d;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const [PLUS, MINUS, UNDERSCORE] = [0x2b, 0x2d, 0x5f];
/** What starts a data URL; longer prefixes are not looked for. */
const MAX_PREFIX = 256;
const DATA_URL = /^data:(?:[\w.+-]+\/[\w.+-]+)?(?:;[\w-]+=[\w.+-]*)*;base64$/i;

/**
 * The bytes of an image in base64 (RFC 4648): in the standard alphabet or the URL-safe one, with or without padding, in
 * one line or in several (RFC 2045), with or without a data URL of any type in front. Everything else that Node.js skips
 * is `image_base64_invalid`, and so are both alphabets in one string, padding that does not fit, and bits left over. Throws
 * `image_too_large` before it decodes more than `maxBytes`.
 *
 * @param field what messages call the value
 */
export function* decodeBase64(
  value: string | LongString,
  maxBytes: number,
  field = 'image_base64',
): Steps<Buffer> {
  try {
    return yield* decodeDigits(bareDigits(stripDataUrl(yield* asciiOf(value))), maxBytes);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw new ModerationError('image_base64_invalid', `${field} ${error.message}.`);
  }
}

/** What is wrong with a value, as the end of a sentence. */
class Malformed extends Error {}

function* decodeDigits(digits: Buffer, maxBytes: number): Steps<Buffer> {
  const bytes = Math.floor((digits.length * 3) / 4);
  if (bytes > maxBytes) {
    throw new ModerationError(
      'image_too_large',
      `The image has ${bytes} bytes; at most ${maxBytes} are read (maxImageBytes).`,
    );
  }
  const image = Buffer.allocUnsafe(bytes);
  for (let from = 0, written = 0; from < digits.length; from += SLICE) {
    const slice = digits.subarray(from, from + SLICE);
    const expected = Math.floor((slice.length * 3) / 4);
    const decoded = image.write(slice.toString('latin1'), written, 'base64');
    // Whatever is skipped or ends the text early leaves fewer bytes than the length promises.
    if (decoded !== expected) fail('holds characters that are not base64');
    written += decoded;
    yield;
  }
  // Bits that no byte takes must be zero, so that an image has one encoding only.
  const rest = digits.length % 4 || 4;
  const tail = image
    .subarray(bytes - (bytes % 3 || 3))
    .toString('base64')
    .slice(0, rest);
  if (tail !== digits.toString('latin1', digits.length - rest)) fail('does not end as base64 must');
  return image;
}

/** The digits alone, in the standard alphabet: line breaks and padding are taken away once it is known that they fit. */
function bareDigits(text: Buffer): Buffer {
  const joined = text.includes(LINE_FEED) || text.includes(CARRIAGE_RETURN) ? withoutBreaks(text) : text;
  const pads = paddingOf(joined);
  const bare = joined.subarray(0, joined.length - pads);
  if (bare.length === 0) fail('is empty; send null or no field when the post has no image');
  if (bare.length % 4 === 1 || (pads > 0 && joined.length % 4 !== 0)) {
    fail(`has ${joined.length} characters of base64 with padding ${pads}, which is no length of base64`);
  }
  return bare.includes(MINUS) || bare.includes(UNDERSCORE) ? inStandardAlphabet(bare) : bare;
}

function withoutBreaks(text: Buffer): Buffer {
  const joined = Buffer.allocUnsafe(text.length);
  let length = 0;
  for (const byte of text) if (byte !== LINE_FEED && byte !== CARRIAGE_RETURN) joined[length++] = byte;
  return joined.subarray(0, length);
}

function inStandardAlphabet(digits: Buffer): Buffer {
  if (digits.includes(PLUS) || digits.includes(SOLIDUS)) {
    fail('mixes the standard and the URL-safe alphabet of base64');
  }
  return digits.map((byte) => (byte === MINUS ? PLUS : byte === UNDERSCORE ? SOLIDUS : byte)) as Buffer;
}

/** The value as bytes of one character each; others than ASCII become bytes that are not base64. */
function* asciiOf(value: string | LongString): Steps<Buffer> {
  if (typeof value === 'string') return Buffer.from(value);
  return value.escaped ? yield* resolveEscapes(value.raw) : value.raw;
}

/**
 * Resolves `\/` (PHP writes it), `\u002B` (.NET writes it) and line breaks, the escapes that base64 meets, in place:
 * nobody reads the body again.
 */
function* resolveEscapes(raw: Buffer): Steps<Buffer> {
  const position = { read: 0, write: 0 };
  while (position.read < raw.length) {
    resolveUntil(raw, position, position.read + SLICE);
    yield;
  }
  return raw.subarray(0, position.write);
}

/** Loops over bytes run several times faster outside of a generator. */
function resolveUntil(raw: Buffer, position: { read: number; write: number }, end: number): void {
  let { read, write } = position;
  while (read < end && read < raw.length) {
    let byte = raw[read] ?? 0;
    if (byte !== BACKSLASH) {
      read += 1;
    } else if (raw[read + 1] === SOLIDUS) {
      byte = SOLIDUS;
      read += 2;
    } else if (raw[read + 1] === LETTER_N || raw[read + 1] === LETTER_R) {
      byte = LINE_FEED;
      read += 2;
    } else {
      const [, hex] = /^\\u00([0-7][\da-f])$/i.exec(raw.toString('latin1', read, read + 6)) ?? [];
      if (hex === undefined) fail('holds an escape that is not base64');
      byte = Number.parseInt(hex, 16);
      read += 6;
    }
    raw[write++] = byte;
  }
  Object.assign(position, { read, write });
}

function stripDataUrl(text: Buffer): Buffer {
  if (text.toString('latin1', 0, 5).toLowerCase() !== 'data:') return text;
  const comma = text.subarray(0, MAX_PREFIX).indexOf(',');
  if (comma < 0 || !DATA_URL.test(text.toString('latin1', 0, comma))) {
    fail('is a data URL that is not base64-encoded; expected data:…;base64, in front of the base64');
  }
  return text.subarray(comma + 1);
}

function paddingOf(digits: Buffer): number {
  if (digits.at(-1) !== PADDING) return 0;
  return digits.at(-2) === PADDING ? 2 : 1;
}

function fail(what: string): never {
  throw new Malformed(what);
}
