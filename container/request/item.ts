import { ModerationError } from '../../lib/contract/errors.js';
import type { Limits } from '../../lib/contract/limits.js';
import type { Wishes } from '../../lib/contract/parts.js';
import { MAX_ID_CHARS } from '../../lib/contract/request.js';
import { expectedParts } from '../../lib/parts/expected.js';
import type { Demand, Post } from '../engine.js';
import { type JsonObject, type JsonValue, kindOf, LongString, quoteName } from '../json/json-value.js';
import type { Steps } from '../time-slicer.js';
import { decodeBase64 } from './base64.js';
import type { Candidate, Entry } from './candidate.js';

const FIELDS = new Set(['text', 'image_base64', 'images', 'id']);
/** The first bytes of a GIF in base64, behind the head of a data URL or without. */
const HEAD_BYTES = 300;
const GIF = /^(?:data:[^,]{0,256},)?R0lGOD/;

/** The candidate of an instance, by the rules of the contract's `instanceSchema`. */
export function jsonItem(value: JsonValue, limits: Limits): Candidate {
  return {
    demand: (wishes, bounds) => demandOfItem(value, wishes, bounds),
    decode: () => decodeItem(value, limits),
  };
}

/** Counted before anything is known to be sound. */
function demandOfItem(value: JsonValue, wishes: Wishes, limits: Limits): Demand {
  if (!(value instanceof Map)) return { texts: 0, images: 0 };
  const text = value.get('text');
  const list = value.get('images');
  const images = [value.get('image_base64'), ...(Array.isArray(list) ? list : [])].filter(
    (image) => image != null,
  );
  const outline = {
    textChars: typeof text === 'string' ? text.length : 0,
    animations: images.filter((image) => GIF.test(headOf(image))).length,
  };
  const texts = text == null ? 0 : 1;
  return { texts, images: images.length, ...expectedParts(outline, wishes, limits) };
}

/** Enough of a value to tell a format by. */
function headOf(value: JsonValue | undefined): string {
  if (value instanceof LongString) return value.raw.toString('latin1', 0, HEAD_BYTES);
  return typeof value === 'string' ? value.slice(0, HEAD_BYTES) : '';
}

/** An instance as an entry: whatever is wrong with it is the entry's error, never an exception. */
export function* decodeItem(value: JsonValue, limits: Limits): Steps<Entry> {
  const id = value instanceof Map ? value.get('id') : undefined;
  const named = typeof id === 'string' && id.length <= MAX_ID_CHARS ? { id } : {};
  try {
    return { ...named, post: yield* decodePost(value, limits) };
  } catch (error) {
    if (error instanceof ModerationError) return { ...named, error };
    throw error;
  }
}

function* decodePost(value: JsonValue, limits: Limits): Steps<Post> {
  if (!(value instanceof Map)) throw invalid(`The item is ${kindOf(value)}; expected an object`);
  refuseUnknownFields(value);
  const id = stringField(value, 'id');
  const text = stringField(value, 'text');
  const image = stringField(value, 'image_base64');
  if (id instanceof LongString || (id && id.length > MAX_ID_CHARS)) {
    throw invalid(`id is longer than ${MAX_ID_CHARS} characters`);
  }
  // A string is long only when even all escapes would leave more characters than a text may have.
  if (text instanceof LongString || (text && text.length > limits.maxTextChars)) {
    throw new ModerationError(
      'text_too_long',
      `The text is longer than ${limits.maxTextChars} characters (maxTextChars).`,
    );
  }
  const more = imageList(value, limits);
  // The body, which these bytes are part of, is not kept until the post is answered.
  value.delete('image_base64');
  value.delete('images');
  const first = image == null ? null : yield* decodeBase64(image, limits.maxImageBytes);
  const images: Uint8Array[] = [];
  for (const [index, each] of more.entries()) {
    images.push(yield* decodeBase64(each, limits.maxImageBytes, `images[${index}]`));
  }
  return { text, image: first, ...(images.length > 0 && { images }) };
}

/** The strings of `images`; null, absent and empty are none. */
function imageList(item: JsonObject, { maxImagesPerItem }: Limits): (string | LongString)[] {
  const list = item.get('images') ?? [];
  if (!Array.isArray(list)) throw invalid(`images is ${kindOf(list)}; expected an array of strings or null`);
  const count = list.length + (item.get('image_base64') == null ? 0 : 1);
  if (count > maxImagesPerItem) {
    throw invalid(`The item has ${count} images; expected at most ${maxImagesPerItem} (maxImagesPerItem)`);
  }
  return list.map((image, index) => {
    if (typeof image === 'string' || image instanceof LongString) return image;
    throw invalid(`images[${index}] is ${kindOf(image)}; expected a string`);
  });
}

function refuseUnknownFields(item: JsonObject): void {
  for (const field of item.keys()) {
    if (FIELDS.has(field)) continue;
    if (field === 'image_url') {
      throw new ModerationError(
        'image_url_unsupported',
        'The service fetches no URL; send the bytes of the image as image_base64.',
      );
    }
    throw invalid(`Unknown field ${quoteName(field)}; expected text, image_base64, images and id`);
  }
}

function stringField(item: JsonObject, field: string): string | LongString | null {
  const value = item.get(field) ?? null;
  if (value === null || typeof value === 'string' || value instanceof LongString) return value;
  throw invalid(`${field} is ${kindOf(value)}; expected a string or null`);
}

function invalid(what: string): ModerationError {
  return new ModerationError('invalid_item', `${what}.`);
}
