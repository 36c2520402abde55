import { isUtf8 } from 'node:buffer';
import { ModerationError } from '../../lib/contract/errors.js';
import type { Limits } from '../../lib/contract/limits.js';
import { type JsonObject, LongString } from '../json/json-value.js';
import { parseJson } from '../json/parse-json.js';
import type { Steps } from '../time-slicer.js';
import { decoded, type Entry, type ParsedRequest, type ReadContext } from './candidate.js';
import { decodeItem } from './item.js';
import { type Part, parseMultipart } from './multipart.js';
import { readParameters } from './parameters.js';
import { jsonBounds } from './read-json.js';

/** A form with the parts `text`, `image` (a file's bytes), `id` and `parameters` (JSON): one item. */
export function* readForm(body: Buffer, { limits, contentType }: ReadContext): Steps<ParsedRequest> {
  const fields = new Map<string, Buffer>();
  for (const part of yield* parseMultipart(body, contentType)) {
    if (!isUnfilled(part)) fields.set(part.name, part.content);
  }
  const parameters = fields.get('parameters');
  fields.delete('parameters');
  return {
    candidates: [decoded(yield* decodeFields(fields, limits))],
    parameters: parameters ? readParameters(yield* parseJson(parameters, jsonBounds(limits))) : {},
  };
}

/** The part that a browser sends for a file field that nobody filled in. */
function isUnfilled({ name, filename, content }: Part): boolean {
  return name === 'image' && filename === '' && content.length === 0;
}

/** The fields as an item: the rules of a JSON item hold, with `image` in the place of `image_base64`. */
function* decodeFields(fields: ReadonlyMap<string, Buffer>, limits: Limits): Steps<Entry> {
  const item: JsonObject = new Map();
  for (const [name, content] of fields) if (name !== 'image') item.set(name, textOf(content, limits));
  if (item.has('image_base64')) {
    throw new ModerationError(
      'invalid_request',
      'A form holds no image_base64; send the file as the part image.',
    );
  }
  const entry = yield* decodeItem(item, limits);
  const image = fields.get('image');
  if (image === undefined || 'error' in entry) return entry;
  if (image.length > 0) return { ...entry, post: { ...entry.post, image } };
  const { post: _, ...named } = entry;
  const error = new ModerationError(
    'invalid_item',
    'The image part is empty; leave it out when the post has no image.',
  );
  return { ...named, error };
}

function textOf(content: Buffer, limits: Limits): string | LongString {
  if (!isUtf8(content))
    throw new ModerationError('invalid_request', 'The form has a field that is no valid UTF-8.');
  return content.length > 3 * limits.maxTextChars ? new LongString(content, false) : content.toString('utf8');
}
