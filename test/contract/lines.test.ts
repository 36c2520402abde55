import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { linesOf } from '../../lib/contract/lines.js';

async function lines(chunks: readonly (Buffer | string)[]): Promise<string[]> {
  const all: string[] = [];
  for await (const line of linesOf(Readable.from(chunks, { objectMode: true }))) all.push(line);
  return all;
}

describe('lines', () => {
  test.each([
    ['nothing', '', []],
    ['one without an end', 'a', ['a']],
    ['one with an end', 'a\n', ['a']],
    ['empty ones', '\n\na\n', ['', '', 'a']],
    ['carriage returns', 'a\r\nb\rc\r\n', ['a', 'b\rc']],
    ['the separators of Unicode', '"a\u2028b"\n"c\u2029d\u0085e"\n', ['"a\u2028b"', '"c\u2029d\u0085e"']],
  ])('of %s', async (_, text, expected) => {
    expect(await lines([Buffer.from(text)])).toEqual(expected);
  });

  test('are the same, wherever the bytes are cut', () =>
    fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom('a', 'é', '😀', '\r', '\n', '\u2028') }),
        fc.integer({ min: 1, max: 5 }),
        async (text, size) => {
          const bytes = Buffer.from(text);
          const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
            bytes.subarray(index * size, (index + 1) * size),
          );
          expect(await lines(chunks)).toEqual(await lines([bytes]));
        },
      ),
    ));

  test('of a stream that fails are those before, and its error', async () => {
    async function* failing(): AsyncGenerator<Buffer> {
      yield Buffer.from('a\nb');
      throw new Error('disk');
    }
    const reading = linesOf(failing());
    expect((await reading.next()).value).toBe('a');
    await expect(reading.next()).rejects.toThrow('disk');
  });
});
