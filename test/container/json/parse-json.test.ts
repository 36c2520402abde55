import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type JsonValue, LongString } from '../../../container/json/json-value.js';
import { type JsonBounds, parseJson } from '../../../container/json/parse-json.js';
import { finish } from '../../../container/time-slicer.js';

const BOUNDS: JsonBounds = { maxStringBytes: 1_000_000, maxElements: 100_000, maxValues: 1_000_000 };

function parse(text: string | Uint8Array, bounds: Partial<JsonBounds> = {}): JsonValue {
  return finish(parseJson(Buffer.from(text as string), { ...BOUNDS, ...bounds }));
}

/** Maps as objects, to compare with what JSON.parse gives. */
function plain(value: JsonValue): unknown {
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, member]) => [key, plain(member)]));
  return Array.isArray(value) ? value.map(plain) : value;
}

function outcome(run: () => unknown): { value: unknown } | 'refused' {
  try {
    return { value: run() };
  } catch {
    return 'refused';
  }
}

const refused = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

describe('the JSON reader', () => {
  test('reads every document that JSON.stringify writes, compact or indented', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.nat(4), (value, indent) => {
        fc.pre(!JSON.stringify(value).includes('__proto__'));
        expect(plain(parse(JSON.stringify(value, null, indent)))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 500 },
    );
  });

  test('agrees with JSON.parse on mutated documents, save for repeated keys', () => {
    const seed = '{"a":[1,-2.5e3,true,null,"x\\u0041\\n"],"b":{"c":"\\ud83d\\ude00","d":[]}, "e" : 0}';
    const glyphs = [...'{}[]:,"\\/ \n\t0129.eE+-tfnulrasx', 'é', '\u0000'];
    const edit = fc.record({
      at: fc.nat(seed.length),
      remove: fc.nat(3),
      insert: fc.array(fc.constantFrom(...glyphs), { maxLength: 3 }).map((parts) => parts.join('')),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        const text = edits.reduce(
          (before, { at, remove, insert }) => before.slice(0, at) + insert + before.slice(at + remove),
          seed,
        );
        const ours = outcome(() => plain(parse(text)));
        const theirs = outcome(() => JSON.parse(text));
        if (ours === 'refused' && theirs !== 'refused') {
          expect(() => parse(text)).toThrow(refused('invalid_json', /does not have yet/));
        } else expect(ours).toEqual(theirs);
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    ['0', 0],
    ['-0', -0],
    ['1e400', Number.POSITIVE_INFINITY],
    ['1E-2', 0.01],
    [' \t\r\n"" ', ''],
    ['"\\ud800"', '\ud800'],
    ['\ufeff[]', []],
  ])('reads %j', (text, expected) => {
    expect(parse(text)).toEqual(expected);
  });

  test.each([
    '',
    ' ',
    '01',
    '.5',
    '1.',
    '+1',
    '1e',
    '-',
    'nul',
    'True',
    "'a'",
    '"a',
    '"\\',
    '"\\x"',
    '"\n"',
    '[1,]',
    '{,}',
  ])('refuses %j', (text) => {
    expect(() => parse(text)).toThrow(refused('invalid_json', /^Invalid JSON at byte \d+: expected /));
  });

  test('tells the position and never the content', () => {
    expect(() => parse('{"secret": sauce}')).toThrow('Invalid JSON at byte 11: expected a value.');
    expect(() => parse('{"a":1}x')).toThrow('Invalid JSON at byte 7: expected the end of the document.');
  });

  test('refuses a key that its object has already, however it is spelled', () => {
    expect(() => parse('{"id":1,"id":2}')).toThrow(refused('invalid_json', /byte 8: expected a key that/));
    expect(() => parse('[{"id":1,"\\u0069d":2}]')).toThrow(refused('invalid_json', /expected a key that/));
    expect(plain(parse('[{"id":1},{"id":2}]'))).toEqual([{ id: 1 }, { id: 2 }]);
  });

  test('keeps __proto__ as a key like any other', () => {
    const value = parse('{"__proto__":{"polluted":true}}') as Map<string, JsonValue>;
    expect([...value.keys()]).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('refuses bytes that are no UTF-8', () => {
    expect(() => parse(Buffer.from([0x22, 0xc3, 0x28, 0x22]))).toThrow(
      refused('invalid_json', /no valid UTF-8/),
    );
    // An overlong slash, and half a surrogate pair.
    expect(() => parse(Buffer.from([0x22, 0xc0, 0xaf, 0x22]))).toThrow(
      refused('invalid_json', /no valid UTF-8/),
    );
    expect(() => parse(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]))).toThrow(
      refused('invalid_json', /no valid UTF-8/),
    );
  });

  test('bounds depth, elements, values, and the length of keys and numbers', () => {
    expect(() => parse('['.repeat(100_000))).toThrow(refused('invalid_json', /at most 16 levels/));
    expect(parse(`${'['.repeat(16)}${']'.repeat(16)}`)).toBeInstanceOf(Array);
    expect(() => parse('[1,2,3,4]', { maxElements: 3 })).toThrow(
      refused('too_many_items', /more than 3 items/),
    );
    expect(() => parse('{"a":1,"b":2}', { maxValues: 2 })).toThrow(
      refused('invalid_request', /more than 2 values/),
    );
    expect(() => parse(`{"${'k'.repeat(2000)}":1}`)).toThrow(refused('invalid_json', /key longer/));
    expect(() => parse('1'.repeat(1000))).toThrow(refused('invalid_json', /expected a value/));
  });

  test('leaves a string beyond the bound as bytes, escapes and all', () => {
    const text = JSON.stringify({ long: `${'a'.repeat(100)}"\\`, short: 'b"' });
    const value = parse(text, { maxStringBytes: 50 }) as Map<string, JsonValue>;
    const long = value.get('long') as LongString;
    expect(long).toBeInstanceOf(LongString);
    expect(long.escaped).toBe(true);
    expect(long.raw.toString()).toBe(`${'a'.repeat(100)}\\"\\\\`);
    expect(value.get('short')).toBe('b"');
  });
});
