import { describe, expect, test } from '@jest/globals';
import { MAX_TENSORS, parseHeader } from '../../../lib/checkpoint/safetensors/header.js';
import { entry } from '../support/safetensors-bytes.js';

function parse(header: object | string, dataBytes: number) {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  return parseHeader(json, 8 + json.length + dataBytes, 'some.safetensors');
}

describe('a valid header', () => {
  test('gives each tensor its place in the file, in the order of the bytes', () => {
    const header = {
      b: entry('F16', [3], 8, 14),
      a: entry('F32', [1, 2], 0, 8),
      __metadata__: { format: 'pt' },
    };
    const { tensors, metadata } = parse(header, 14);
    const dataStart = 8 + JSON.stringify(header).length;
    expect([...tensors.values()]).toEqual([
      { name: 'a', dtype: 'F32', shape: [1, 2], byteOffset: dataStart, byteLength: 8 },
      { name: 'b', dtype: 'F16', shape: [3], byteOffset: dataStart + 8, byteLength: 6 },
    ]);
    expect([...metadata]).toEqual([['format', 'pt']]);
  });

  test('may hold scalars, empty tensors, and no tensor at all', () => {
    const { tensors } = parse({ scalar: entry('F32', [], 0, 4), empty: entry('F32', [0, 5], 4, 4) }, 4);
    expect([...tensors.keys()]).toEqual(['scalar', 'empty']);
    expect(parse({}, 0).tensors.size).toBe(0);
  });

  test('may end in spaces', () => {
    expect(parse(`${JSON.stringify({ a: entry('U8', [2], 0, 2) })}      `, 2).tensors.size).toBe(1);
  });

  test('may name tensors like members of Object.prototype', () => {
    const { tensors } = parse({ constructor: entry('U8', [1], 0, 1), toString: entry('U8', [1], 1, 2) }, 2);
    expect([...tensors.keys()]).toEqual(['constructor', 'toString']);
  });
});

describe('a hostile header is refused:', () => {
  const one = JSON.stringify(entry('U8', [1], 0, 1));
  const attacks: [string, object | string, number, string][] = [
    ['no JSON', '{"a":', 0, 'no JSON in UTF-8'],
    ['JSON that is no object', '[1,2]', 0, 'no JSON object'],
    ['null', 'null', 0, 'no JSON object'],
    ['a tensor twice, so that two readers see different ones', `{"a":${one},"a":${one}}`, 1, '"a" twice'],
    ['a tensor twice, once escaped', `{"a":${one},"\\u0061":${one}}`, 1, '"a" twice'],
    [
      'a field twice',
      '{"a":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}}',
      1,
      '"dtype" twice',
    ],
    ['__proto__ as a name', `{"__proto__":${one}}`, 1, '"__proto__": this is no name'],
    ['an empty name', { '': entry('U8', [1], 0, 1) }, 1, 'this is no name'],
    ['a name of a thousand characters', { ['n'.repeat(1000)]: entry('U8', [1], 0, 1) }, 1, 'this is no name'],
    ['a tensor that is a number', { a: 5 }, 0, '"a": expected an object'],
    ['an unknown dtype', { a: entry('F128', [1], 0, 16) }, 16, 'unknown dtype "F128"'],
    [
      'a dtype from Object.prototype',
      { a: entry('constructor', [1], 0, 1) },
      1,
      'unknown dtype "constructor"',
    ],
    ['no dtype', { a: { shape: [1], data_offsets: [0, 1] } }, 1, 'unknown dtype undefined'],
    ['a negative dimension', { a: entry('F32', [-1, -4], 0, 16) }, 16, 'is no shape'],
    ['a fractional dimension', { a: entry('F32', [1.5], 0, 6) }, 6, 'is no shape'],
    ['a dimension as text', { a: entry('F32', ['4'], 0, 16) }, 16, 'is no shape'],
    [
      'a dimension beyond safe integers',
      '{"a":{"dtype":"U8","shape":[9007199254740993],"data_offsets":[0,1]}}',
      1,
      'no shape',
    ],
    ['dimensions whose product overflows', { a: entry('U8', [2 ** 40, 2 ** 40], 0, 1) }, 1, 'is no shape'],
    ['more than eight dimensions', { a: entry('U8', [1, 1, 1, 1, 1, 1, 1, 1, 1], 0, 1) }, 1, 'is no shape'],
    ['a shape that is an object', { a: entry('U8', { length: 1 }, 0, 1) }, 1, 'is no shape'],
    ['offsets that are missing', { a: { dtype: 'U8', shape: [1] } }, 1, 'expected [begin, end]'],
    [
      'three offsets',
      { a: { dtype: 'U8', shape: [1], data_offsets: [0, 1, 2] } },
      1,
      'expected [begin, end]',
    ],
    ['a negative offset', { a: entry('U8', [1], -1, 0) }, 1, 'expected [begin, end]'],
    ['an end before the begin', { a: entry('U8', [0], 1, 0) }, 1, 'takes 0 bytes, data_offsets give -1'],
    [
      'a range that does not fit shape and dtype',
      { a: entry('F32', [2, 2], 0, 8) },
      8,
      'takes 16 bytes, data_offsets give 8',
    ],
    [
      'a tensor beyond the end of the file',
      { a: entry('F32', [100], 0, 400) },
      8,
      'ends 392 bytes beyond the end',
    ],
    [
      'overlapping tensors',
      { a: entry('U8', [4], 0, 4), b: entry('U8', [4], 2, 6) },
      6,
      '"b" overlaps the one before it by 2',
    ],
    [
      'two tensors on the same bytes',
      { a: entry('U8', [4], 0, 4), b: entry('I8', [4], 0, 4) },
      4,
      'overlaps',
    ],
    [
      'a gap, where other data could hide',
      { a: entry('U8', [1], 0, 1), b: entry('U8', [1], 3, 4) },
      4,
      '2 bytes before tensor "b"',
    ],
    ['a gap before the first tensor', { a: entry('U8', [1], 3, 4) }, 4, '3 bytes before tensor "a"'],
    ['data after the last tensor', { a: entry('U8', [1], 0, 1) }, 100, '99 bytes after the last tensor'],
    ['metadata that is no object', { __metadata__: [1] }, 0, '__metadata__ is no object'],
    ['metadata that is no text', { __metadata__: { a: { b: 1 } } }, 0, 'no string under "a"'],
  ];

  test.each(attacks)('%s', (_title, header, dataBytes, message) => {
    expect(() => parse(header, dataBytes)).toThrow(
      expect.objectContaining({ code: 'checkpoint_invalid', message: expect.stringContaining(message) }),
    );
  });

  test('bytes that are no UTF-8', () => {
    const json = Buffer.concat([Buffer.from('{"a'), Buffer.from([0xff]), Buffer.from('":1}')]);
    expect(() => parseHeader(json, 8 + json.length, 'f')).toThrow('no JSON in UTF-8');
  });

  test('too many tensors', () => {
    const header = Object.fromEntries(
      Array.from({ length: MAX_TENSORS + 1 }, (_, index) => [`t${index}`, entry('U8', [0], 0, 0)]),
    );
    expect(() => parse(header, 0)).toThrow(
      `it lists ${MAX_TENSORS + 1} tensors; at most ${MAX_TENSORS} are read`,
    );
  });

  test('millions of nested brackets', () => {
    const depth = 1_000_000;
    const nested = `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    expect(() => parse(nested, 0)).toThrow('"a": expected an object');
    expect(() => parse('{"a":'.repeat(depth) + 1 + '}'.repeat(depth), 0)).toThrow('unknown dtype');
  });
});

test('all findings are told in one error', () => {
  const header = { a: entry('F99', [1], 0, 4), b: entry('F32', [-1], 0, 4), c: 7 };
  expect(() => parse(header, 4)).toThrow(/F99.*"b".*"c"/s);
});

test('a message stays short whatever a header holds', () => {
  const header = Object.fromEntries(
    Array.from({ length: 5000 }, (_, index) => [`t${index}`, entry('x'.repeat(500), [1], 0, 1)]),
  );
  let message = '';
  try {
    parse(header, 1);
  } catch (error) {
    message = String(error);
  }
  expect(message).toContain('and 4900 more');
  expect(message.length).toBeLessThan(40_000);
});
