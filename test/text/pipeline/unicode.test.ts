import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { composed, LETTER, lowercase, NUMBER, WHITE_SPACE } from '../../../lib/text/pipeline/unicode.js';

/**
 * Expected: SHA-256 of what tokenizers 0.22.2 (Python) answers for the same question, so that a Node with other Unicode
 * tables is noticed. Sets are written as hexadecimal code points with commas between, texts with newlines between.
 */
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const scalars = Array.from({ length: 0x110000 }, (_, code) => code).filter(
  (code) => code < 0xd800 || code >= 0xe000,
);

describe('all code points', () => {
  test.each([
    ['letters', LETTER, 'a36e41149973badd5f76f9a0c26430768b0c1ea32d45204450ebc679f1246714'],
    ['numbers', NUMBER, 'f41605badec2bff4f6c426ca8a3c00c617c35343a978214b678e54719dfa3406'],
    ['white space', WHITE_SPACE, '55781e2acca08c2e6394c817c6cc8a44d51cca5af522375cf54a2aeb7901b658'],
  ])('%s are those of the original', (_, characterClass, expected) => {
    const pattern = new RegExp(`^${characterClass}$`, 'v');
    const members = scalars.filter((code) => pattern.test(String.fromCodePoint(code)));
    expect(sha256(members.map((code) => code.toString(16)).join(','))).toBe(expected);
  });

  test('lower case is that of the original', () => {
    const lower = scalars.map((code) => lowercase(String.fromCodePoint(code)));
    expect(sha256(lower.join('\n'))).toBe('9dbe491e02df24162a6ab7a165198f7ac804161d6f563724d6a65ba82f734a0f');
  });

  test('composition among marks is that of the original', () => {
    const texts = scalars
      .filter((code) => code < 0x34000)
      .map((code) => String.fromCodePoint(code))
      .map((character) => composed(`a${character}\u0323${character}\u0307\u0301\u0334`));
    expect(sha256(texts.join('\n'))).toBe('d0dc5f0fc52cbd792c1d935841a0713f043f30572d2fc5ede0b1eb45edb0905d');
  });
});

describe('composed', () => {
  test('long runs of marks come out as normalize gives them', () => {
    const marks = ['\u0301', '\u0323', '\u0345', '\u0334', '\u0344', '\u0f73', '\u034f', '\u05b0', '\u3099'];
    let seed = 1;
    const random = (limit: number) => {
      seed = (seed * 48_271) % 0x7fffffff;
      return seed % limit;
    };
    for (let round = 0; round < 200; round++) {
      const run = Array.from(
        { length: 60 + random(200) },
        () => marks[random(round % 3 === 0 ? 3 : marks.length)],
      );
      const text = `e${run.join('')}か\u3099${run.reverse().join('')}각`;
      expect(composed(text)).toBe(text.normalize('NFC'));
    }
  });
});

describe('lowercase', () => {
  test('a sigma at the end of a word stays σ', () => {
    expect(lowercase('ΟΔΟΣ ΣΑΣ.')).toBe('οδοσ σασ.');
  });

  test('a dotted capital i becomes two characters', () => {
    expect(lowercase('İSTANBUL')).toBe('i̇stanbul');
  });
});
