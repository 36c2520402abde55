import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ModerationError } from '../../lib/contract/errors.js';
import { compileTokenizer } from '../../lib/text/compile/compile.js';
import { loadTokenizer } from '../../lib/text/tokenizer.js';
import { specOf, TOKENIZERS, tokenizerCases, tokenizerJson } from './support/tokenizers.js';

/** The file with some fields of its header changed. */
function withHeader(bytes: Buffer, changes: object): Buffer {
  const end = 12 + bytes.readUInt32LE(8);
  const json = JSON.stringify({ ...JSON.parse(bytes.subarray(12, end).toString()), ...changes });
  const header = Buffer.from(json.padEnd(Math.ceil(json.length / 4) * 4));
  const preamble = Buffer.from(bytes.subarray(0, 12));
  preamble.writeUInt32LE(header.length, 8);
  return Buffer.concat([preamble, header, bytes.subarray(end)]);
}

describe.each(TOKENIZERS)('a compiled %s', (name) => {
  const compiled = compileTokenizer(tokenizerJson(name));
  const spec = specOf(compiled);
  const texts = tokenizerCases(name).cases.map(({ text }) => text);

  test.each<[string, (bytes: Buffer) => Uint8Array, RegExp]>([
    ['empty', () => new Uint8Array(), /does not begin with "MTOK"/],
    ['a tokenizer.json', () => Buffer.from(tokenizerJson(name)), /does not begin with "MTOK"/],
    ['of another version', (bytes) => bytes.fill(9, 4, 5), /version is 9, expected 1/],
    ['with a header beyond its end', (bytes) => bytes.fill(0xfc, 8, 12), /header claims/],
    ['with a header that is no JSON', (bytes) => bytes.fill('x', 12, 13), /header is no JSON/],
    [
      'with a header that breaks its rules',
      (bytes) => withHeader(bytes, { pipeline: 'other', merges: -1, raw: [['', 1]], extra: true }),
      /pipeline must be gemma or clip; merges must be a whole .*; raw must be pairs .*; "extra" is no field/,
    ],
    ['cut short', (bytes) => bytes.subarray(0, -4), /bytes, expected/],
    ['with bytes after its end', (bytes) => Buffer.concat([bytes, Buffer.alloc(4)]), /bytes, expected/],
    ['with a merge to no token', (bytes) => bytes.fill(0x7f, bytes.length - 4), /merged holds/],
  ])('%s is refused as pack_invalid', (_, damage, message) => {
    expect(() => loadTokenizer(damage(Buffer.from(compiled.bytes)), spec)).toThrow(
      expect.objectContaining({ code: 'pack_invalid', message: expect.stringMatching(message) }),
    );
  });

  test('loads from bytes at any address', () => {
    const shifted = new Uint8Array(compiled.bytes.length + 1).subarray(1);
    shifted.set(compiled.bytes);
    const ids = (bytes: Uint8Array) => [...loadTokenizer(bytes, spec).encode(texts[0] ?? '').ids];
    expect(ids(shifted)).toEqual(ids(compiled.bytes));
  });

  test('damaged anywhere, is refused or gives ids that the model has', () => {
    const damages = fc.array(fc.tuple(fc.nat(compiled.bytes.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 4,
    });
    let loaded = 0;
    fc.assert(
      fc.property(damages, fc.constantFrom(...texts), (changes, text) => {
        const bytes = Buffer.from(compiled.bytes);
        for (const [offset, value] of changes) bytes[offset] = value;
        try {
          const { ids } = loadTokenizer(bytes, spec).encode(text);
          loaded++;
          expect(Math.min(...ids)).toBeGreaterThanOrEqual(0);
          expect(Math.max(...ids)).toBeLessThan(spec.vocabularySize);
        } catch (error) {
          if (!(error instanceof ModerationError)) throw error;
          expect(error.code).toBe('pack_invalid');
        }
      }),
      { numRuns: 400 },
    );
    expect(loaded).toBeGreaterThan(0);
  });
});
