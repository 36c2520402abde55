import { ModerationError } from '../../lib/contract/errors.js';
import type { Limits } from '../../lib/contract/limits.js';
import { MAX_ID_CHARS } from '../../lib/contract/request.js';
import type { Post } from '../engine.js';
import { type JsonObject, type JsonValue, kindOf, LongString, quoteName } from '../json/json-value.js';
import type { Steps } from '../time-slicer.js';
import { decodeBase64 } from './base64.js';
import type { Candidate, Entry } from './candidate.js';

const FIELDS = new Set(['text', 'image_base64', 'id']);

/** The candidate of an instance, by the rules of the contract's `instanceSchema`. */
export function jsonItem(value: JsonValue, limits: Limits): Candidate {
  const has = (field: string): number => (value instanceof Map && value.get(field) != null ? 1 : 0);
  return {
    demand: { texts: has('text'), images: has('image_base64') },
    decode: () => decodeItem(value, limits),
  };
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
  // The body, which these bytes are part of, is not kept until the post is answered.
  value.delete('image_base64');
  return { text, image: image == null ? null : yield* decodeBase64(image, limits.maxImageBytes) };
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
    throw invalid(`Unknown field ${quoteName(field)}; expected text, image_base64 and id`);
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
