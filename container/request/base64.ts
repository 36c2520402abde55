import { ModerationError } from '../../lib/contract/errors.js';
import type { LongString } from '../json/json-value.js';
import type { Steps } from '../time-slicer.js';

/** Characters decoded between two pauses, a multiple of four: about 0.3 ms. */
const SLICE = 256 * 1024;

const BACKSLASH = 0x5c;
const SOLIDUS = 0x2f;
const PADDING = 0x3d;
/** What starts a data URL; longer prefixes are not looked for. */
const MAX_PREFIX = 256;
const DATA_URL = /^data:image\/[\w.+-]+(?:;[\w-]+=[\w.+-]*)*;base64$/i;

/**
 * The bytes of an image in standard base64 (RFC 4648 section 4: padded, canonical, nothing outside the alphabet), with
 * or without `data:image/…;base64,` in front. Node.js skips what is no base64 and takes `-` and `_` too; here that is
 * `image_base64_invalid`. Throws `image_too_large` before it decodes more than `maxBytes`.
 */
export function* decodeBase64(value: string | LongString, maxBytes: number): Steps<Buffer> {
  const digits = stripDataUrl(yield* asciiOf(value));
  if (digits.length === 0) fail('is empty; send null or no field when the post has no image');
  if (digits.length % 4 !== 0) {
    fail(`has ${digits.length} characters of base64; expected a multiple of four, with padding`);
  }
  const bytes = (digits.length / 4) * 3 - paddingOf(digits);
  if (bytes > maxBytes) {
    throw new ModerationError(
      'image_too_large',
      `The image has ${bytes} bytes; at most ${maxBytes} are read (maxImageBytes).`,
    );
  }
  const image = Buffer.allocUnsafe(bytes);
  for (let from = 0, written = 0; from < digits.length; from += SLICE) {
    const slice = digits.subarray(from, from + SLICE);
    const expected = Math.min((slice.length / 4) * 3, bytes - written);
    const decoded = image.write(slice.toString('latin1'), written, 'base64');
    // Whatever is skipped or ends the text early leaves fewer bytes than the length promises.
    if (decoded !== expected || slice.includes('-') || slice.includes('_')) {
      fail('holds characters that are no base64; line breaks and the URL-safe alphabet are not read');
    }
    written += decoded;
    yield;
  }
  // Bits that no byte takes must be zero, so that an image has one encoding only.
  const tail = image.subarray(bytes - (bytes % 3 || 3)).toString('base64');
  if (tail !== digits.toString('latin1', digits.length - 4)) fail('does not end as base64 must');
  return image;
}

/** The value as bytes of one character each; others than ASCII become bytes that are no base64. */
function* asciiOf(value: string | LongString): Steps<Buffer> {
  if (typeof value === 'string') return Buffer.from(value);
  return value.escaped ? yield* resolveEscapes(value.raw) : value.raw;
}

/**
 * Resolves `\/` (PHP writes it) and `\u002B` (.NET writes it), the escapes that base64 meets, in place: nobody reads
 * the body again.
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
    } else {
      const [, hex] = /^\\u00([0-7][\da-f])$/i.exec(raw.toString('latin1', read, read + 6)) ?? [];
      if (hex === undefined) fail('holds an escape that is no base64');
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
    fail('is a data URL; expected data:image/…;base64, in front of the base64');
  }
  return text.subarray(comma + 1);
}

function paddingOf(digits: Buffer): number {
  if (digits.at(-1) !== PADDING) return 0;
  return digits.at(-2) === PADDING ? 2 : 1;
}

function fail(what: string): never {
  throw new ModerationError('image_base64_invalid', `image_base64 ${what}.`);
}
