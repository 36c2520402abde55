import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LongString } from '../../../container/json/json-value.js';
import { decodeBase64 } from '../../../container/request/base64.js';
import { finish } from '../../../container/time-slicer.js';

const MAX = 10_000_000;

function decode(value: string | LongString, max = MAX): Buffer {
  return finish(decodeBase64(value, max));
}

/** A string as the reader gives it when it is long: the bytes that stood between the quotes. */
function long(json: string): LongString {
  return new LongString(Buffer.from(json), json.includes('\\'));
}

const refused = (code: string) => expect.objectContaining({ code });

describe('decoding an image from base64', () => {
  test('gives back every byte, whichever way the string came', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64');
        expect(decode(text)).toEqual(Buffer.from(bytes));
        expect(decode(long(text))).toEqual(Buffer.from(bytes));
        expect(decode(`data:image/png;base64,${text}`)).toEqual(Buffer.from(bytes));
      }),
    );
  });

  test('takes a string only if encoding its bytes gives the same string, but for alphabet, padding and line breaks', () => {
    const glyph = fc.constantFrom(...'ABab09+/=-_ \n.%é');
    fc.assert(
      fc.property(fc.array(glyph, { minLength: 1, maxLength: 12 }), (glyphs) => {
        const text = glyphs.join('');
        const [, digits = '', pads = ''] = /^(.*?)(={0,2})$/s.exec(text.replaceAll('\n', '')) ?? [];
        const mixed = /[-_]/.test(digits) && /[+/]/.test(digits);
        const standard = digits.replaceAll('-', '+').replaceAll('_', '/');
        const bytes = Buffer.from(standard, 'base64');
        const canonical = bytes.toString('base64').replace(/=+$/, '') === standard && digits !== '';
        const padded = pads === '' || (digits.length + pads.length) % 4 === 0;
        if (canonical && padded && !mixed) expect(decode(text)).toEqual(bytes);
        else expect(() => decode(text)).toThrow(refused('image_base64_invalid'));
      }),
      { numRuns: 3000 },
    );
  });

  test.each<[string, (text: string) => string]>([
    ['in lines of 76 characters, as Python writes them', (text) => text.replace(/(.{1,76})/g, '$1\n')],
    ['in lines with carriage returns', (text) => text.replace(/(.{1,64})/g, '$1\r\n')],
    ['with a newline at the end', (text) => `${text}\n`],
    ['without padding', (text) => text.replace(/=+$/, '')],
    ['in the URL-safe alphabet', (text) => text.replaceAll('+', '-').replaceAll('/', '_')],
    [
      'in the URL-safe alphabet without padding',
      (text) => text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''),
    ],
    ['as a data URL of no type', (text) => `data:;base64,${text}`],
    ['as a data URL of bytes', (text) => `data:application/octet-stream;base64,${text}`],
    ['as a data URL with a name', (text) => `data:image/png;name=a.png;base64,${text}`],
  ])('reads it %s', (_, write) => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (bytes) => {
        const text = write(Buffer.from(bytes).toString('base64'));
        expect(decode(text)).toEqual(Buffer.from(bytes));
        expect(decode(long(JSON.stringify(text).slice(1, -1)))).toEqual(Buffer.from(bytes));
      }),
      { numRuns: 50 },
    );
  });

  test('names the field in its message', () => {
    expect(() => finish(decodeBase64('?', MAX, 'images[2]'))).toThrow(/^images\[2\] /);
  });

  test('finds a bad character anywhere in megabytes', () => {
    const text = Buffer.alloc(600_000, 7).toString('base64');
    for (const at of [0, 262_143, 262_144, 524_287, text.length - 3]) {
      for (const bad of [' ', '=', '\u00c0', '\t']) {
        const spoilt = text.slice(0, at) + bad + text.slice(at + 1);
        expect(() => decode(long(spoilt))).toThrow(refused('image_base64_invalid'));
      }
    }
    expect(decode(long(text)).equals(Buffer.alloc(600_000, 7))).toBe(true);
  });

  test('resolves the escapes that JSON writers put into base64', () => {
    const bytes = Buffer.from([0xfb, 0xff, 0xfe, 0xfb, 0xff, 0xfe]);
    const text = bytes.toString('base64');
    expect(text).toContain('+');
    expect(text).toContain('/');
    expect(decode(long(text.replaceAll('/', '\\/').replaceAll('+', '\\u002B')))).toEqual(bytes);
    expect(() => decode(long('AAA\\t'))).toThrow(refused('image_base64_invalid'));
    expect(() => decode(long('AAAA\\u00e9AAA'))).toThrow(refused('image_base64_invalid'));
  });

  test.each([
    [''],
    ['data:image/png;base64,'],
    ['data:image/png,AAAA'],
    [`data:image/png;${'x'.repeat(500)};base64,AAAA`],
    ['AAAAA'],
    ['AA='],
    ['AB=='],
    ['http://example.org/a.png'],
  ])('refuses %j', (text) => {
    expect(() => decode(text)).toThrow(refused('image_base64_invalid'));
  });

  test('refuses an image above the limit before it is decoded', () => {
    const text = Buffer.alloc(1001).toString('base64');
    expect(() => decode(text, 1000)).toThrow(refused('image_too_large'));
    expect(decode(text, 1001)).toHaveLength(1001);
  });
});
