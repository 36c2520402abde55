import { ModerationError } from '../../lib/contract/errors.js';
import type { Limits } from '../../lib/contract/limits.js';
import { type JsonObject, kindOf, quoteName } from '../json/json-value.js';
import { type JsonBounds, parseJson } from '../json/parse-json.js';
import type { Steps } from '../time-slicer.js';
import type { ParsedRequest, ReadContext } from './candidate.js';
import { jsonItem } from './item.js';
import { readParameters } from './parameters.js';

/** `{"instances": […], "parameters": {…}}`, or one instance with its fields at the top beside `parameters`. */
export function* readJson(body: Buffer, { limits }: ReadContext): Steps<ParsedRequest> {
  const document = yield* parseJson(body, jsonBounds(limits));
  if (!(document instanceof Map)) {
    throw new ModerationError('invalid_request', `The body is ${kindOf(document)}; expected an object.`);
  }
  const parameters = readParameters(document.get('parameters'));
  const instances = document.has('instances') ? instancesOf(document) : [withoutParameters(document)];
  return { candidates: instances.map((instance) => jsonItem(instance, limits)), parameters };
}

/** A string is long when no text that the service reads could be: a character takes six bytes at most, as an escape. */
export function jsonBounds(limits: Limits): JsonBounds {
  return {
    maxStringBytes: 6 * limits.maxTextChars,
    maxElements: limits.maxItems,
    // Three fields an item, room for unknown ones that cost their own slot only, and the parameters.
    maxValues: 16 * limits.maxItems + 1024,
  };
}

function instancesOf(envelope: JsonObject) {
  const unknown = [...envelope.keys()].find((key) => key !== 'instances' && key !== 'parameters');
  if (unknown !== undefined) {
    throw new ModerationError(
      'invalid_request',
      `Unknown field ${quoteName(unknown)} beside instances; expected only parameters.`,
    );
  }
  const instances = envelope.get('instances');
  if (!Array.isArray(instances)) {
    throw new ModerationError(
      'invalid_request',
      `instances is ${kindOf(instances)}; expected an array of items.`,
    );
  }
  if (instances.length === 0) {
    throw new ModerationError('invalid_request', 'instances is empty; expected at least one item.');
  }
  return instances;
}

function withoutParameters(document: JsonObject): JsonObject {
  const item = new Map(document);
  item.delete('parameters');
  return item;
}
