import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { asShown, charactersOf } from '../../../lib/text/characters/characters.js';

const ORDINARY: readonly [string, string][] = [
  ['a joiner in Persian', 'کتاب\u200cها می\u200cخواهم'],
  ['a joiner in Hindi', 'हिन्\u200dदी'],
  ['emoji with joiners and selectors', '👨\u200d👩\u200d👧 family ❤️ 👍🏽 🏳️\u200d🌈'],
  ['keycaps', '#️⃣ 1️⃣'],
  ['the flag of a region', '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}'],
  ['breaks in Thai', 'สวัสดี\u200bครับ'],
  ['marks of direction in Arabic and Hebrew', '\u200fعربي\u200e Latin, שלום\u200f hello'],
  ['Japanese with Latin words', '東京でiPhoneを買った'],
  ['full-width abbreviations in Japanese', 'ＮＨＫとＤＶＤ'],
  ['Korean with Latin words', '한국어 KBS뉴스'],
  ['Russian endings of Latin abbreviations', 'SMSка пришла, USBшный'],
  ['Russian and a Latin name', 'ВКонтакте и iPhone'],
  ['units', '5 kΩ, 3 μF, 3 µm, 20 ℃, 5 ㎏'],
  ['ordinals', '1ˢᵗ, Mᵐᵉ, n° 5, ª'],
  ['ligatures', 'ﬁne ﬂow'],
  ['Greek', 'Ελληνικό κείμενο'],
  ['Russian of look-alikes alone', 'сор, а это рука'],
  ['signs', 'I ♥ NY ™ © № ①②③ Ⓜ️ 🅰️ Ⅳ'],
  ['accents', 'naïve café, Straße, Łódź, İstanbul'],
];

const WORD = 'zorvak';
const spelled = (start: number): string =>
  [...WORD].map((letter) => String.fromCodePoint(start + letter.charCodeAt(0) - 0x61)).join('');

const HIDING: readonly [string, string][] = [
  ...[
    '\u200b',
    '\u00ad',
    '\u2060',
    '\ufeff',
    '\u200d',
    '\u200c',
    '\u034f',
    '\u3164',
    '\ufe0f',
    '\u200e',
    '\u2063',
    '\0',
  ].map((hidden): [string, string] => [`U+${hidden.charCodeAt(0).toString(16)}`, `zor${hidden}vak`]),
  ['a tag', 'zor\u{e0061}vak'],
  ['an overridden direction', '\u202ekavroz\u202c'],
];

const IMITATING: readonly [string, string][] = [
  ['full width', spelled(0xff41)],
  ['mathematical bold', spelled(0x1d41a)],
  ['mathematical Fraktur', spelled(0x1d51e)],
  ['circled', spelled(0x24d0)],
  ['Cyrillic letters in between', 'zоrvаk'],
  ['a Cyrillic letter at the end', 'zorvaк'],
  ['Greek letters in between', 'zοrνak'],
  ['small capitals', 'ᴢᴏʀᴠᴀᴋ'],
  ['raised letters', 'ᶻᵒʳᵛᵃᵏ'],
  ['struck letters', 'z̶o̶r̶v̶a̶k̶'],
];

describe('characters of a text', () => {
  test.each(ORDINARY)('%s are ordinary, and shown as they stand', (_, text) => {
    expect(charactersOf(text)).toEqual({ hidden: 0, hiddenInWords: 0, imitating: 0 });
    expect(asShown(text)).toBe(text);
  });

  test.each(HIDING)('%s inside a word is hidden, and the word is shown without', (_, text) => {
    const { hidden, hiddenInWords } = charactersOf(`a ${text} b`);
    expect(hidden).toBeGreaterThan(0);
    expect(hiddenInWords).toBeGreaterThan(0);
    expect(asShown(`a ${text} b`)).toBe(`a ${WORD} b`);
  });

  test.each(IMITATING)('%s imitate, and the word is shown in plain letters', (_, text) => {
    expect(charactersOf(`a ${text} b`)).toMatchObject({ imitating: 1 });
    expect(asShown(`a ${text} b`)).toBe(`a ${WORD} b`);
  });

  test('a word all of look-alikes imitates in a text of Latin letters', () => {
    expect(charactersOf('hello сор')).toMatchObject({ imitating: 1 });
    expect(asShown('hello сор')).toBe('hello cop');
  });

  test('what is hidden outside of words is told apart', () => {
    expect(charactersOf('a walk \u200b by the lake')).toEqual({ hidden: 1, hiddenInWords: 0, imitating: 0 });
  });

  test('ASCII holds none, and a text as shown has nothing hidden left', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('', '\u200b', 'о', 'ｚ'), (text, more) => {
        const shown = asShown(Buffer.from(`${text}${more}${text}`).toString());
        expect(charactersOf(shown).hidden).toBe(0);
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => {
        expect(charactersOf(text)).toEqual({ hidden: 0, hiddenInWords: 0, imitating: 0 });
        expect(asShown(text)).toBe(text);
      }),
    );
  });
});
