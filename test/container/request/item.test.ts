import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseJson } from '../../../container/json/parse-json.js';
import { decodeItem } from '../../../container/request/item.js';
import { jsonBounds } from '../../../container/request/read-json.js';
import { finish } from '../../../container/time-slicer.js';
import { defaultLimits } from '../../../lib/contract/limits.js';
import { instanceSchema } from '../../../lib/contract/request.js';

const LIMITS = defaultLimits({ maxTextChars: 64 });

function decode(instance: unknown) {
  const document = finish(parseJson(Buffer.from(JSON.stringify(instance)), jsonBounds(LIMITS)));
  return finish(decodeItem(document, LIMITS));
}

describe('an instance', () => {
  test('is taken or refused as the contract’s schema takes or refuses it', () => {
    const value = fc.oneof(
      fc.constant(null),
      fc.constant('text'),
      fc.constant('AAAA'),
      fc.constant('x'.repeat(257)),
      fc.integer(),
      fc.boolean(),
      fc.array(fc.string(), { maxLength: 2 }),
      fc.dictionary(fc.string(), fc.string(), { maxKeys: 2 }),
    );
    const field = fc.constantFrom('text', 'image_base64', 'id', 'image', 'Text', 'toString');
    fc.assert(
      fc.property(fc.oneof(fc.dictionary(field, value, { maxKeys: 3 }), value), (instance) => {
        const entry = decode(instance);
        // What the schema leaves open: base64 and the length of texts.
        const finer =
          'error' in entry && ['image_base64_invalid', 'text_too_long'].includes(entry.error.code);
        const taken = 'post' in entry || finer;
        expect(taken).toBe(instanceSchema.safeParse(instance).success);
      }),
      { numRuns: 2000 },
    );
  });

  test('gives the post that it names', () => {
    expect(decode({ text: 'a', image_base64: 'AQID', id: 'i' })).toEqual({
      id: 'i',
      post: { text: 'a', image: Buffer.from([1, 2, 3]) },
    });
    expect(decode({})).toEqual({ post: { text: null, image: null } });
  });
});
