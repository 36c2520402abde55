/**
 * Words whose characters imitate others: look-alikes of another script, and letters in the guise of symbols (full width,
 * mathematical, circled, small capitals). Ordinary are names in Latin letters inside words of other scripts, abbreviations
 * with an ending of the other script, single symbols, ordinals, and full-width abbreviations in Chinese and Japanese.
 */
import { LOOK_ALIKES } from './look-alikes.js';

const ASCII_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(LOOK_ALIKES).flatMap(([letter, characters]) =>
    [...characters].map((character) => [character, letter] as const),
  ),
);

const WORD = /[\p{L}\p{M}\p{N}\p{So}\u{1f130}-\u{1f189}]+/gu;
const LATIN = /\p{Script=Latin}/u;
const FOREIGN =
  /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}\p{Script=Lisu}\p{Script=Coptic}\p{Script=Georgian}\p{Script=Deseret}]/u;
const IDEOGRAPHIC =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}]/u;
const FULL_WIDTH = /[\uff21-\uff3a\uff41-\uff5a]/u;
const ASCII_LETTER = /[A-Za-z]/;
const ASCII_LETTERS = /^[A-Za-z]+$/;
const LETTER = /\p{L}/u;
/** Raised letters stand alone in ordinals and abbreviations. */
const RAISED =
  /[\u00aa\u00ba\u02b0-\u02b8\u02e0-\u02e4\u1d2c-\u1d6a\u1d78\u1d9b-\u1dbf\u2071\u207f\u2090-\u209c]/u;
/** Strokes through letters. */
const OVERLAY = /[\u0334-\u0338\u20d2\u20d3\u20d8-\u20da\u20e5\u20e6\u20ea\u20eb]/u;
const OVERLAYS = new RegExp(OVERLAY.source, 'gu');
/** More marks on one letter than any writing uses. */
const STACK = /(\p{M}{2})\p{M}{2,}/gu;

/** Full-width letters of an abbreviation. */
const ABBREVIATION = 4;
/** Guises in a word before it is one: a single circled letter is a sign. */
const MANY = 2;
const MANY_RAISED = 4;

/** How many words imitate. */
export function countImitating(text: string): number {
  const context = contextOf(text);
  let count = 0;
  for (const [word] of text.matchAll(WORD)) if (imitates(word, context)) count += 1;
  return count;
}

/** The text with the words that imitate in the letters that they imitate. */
export function unmasked(text: string): string {
  const context = contextOf(text);
  return text.replace(WORD, (word) => (imitates(word, context) ? plain(word, context) : word));
}

interface Context {
  readonly ideographic: boolean;
  /** Whether the text is written in Latin letters, so that a word all of look-alikes stands out. */
  readonly latin: boolean;
}

function contextOf(text: string): Context {
  let latin = 0;
  let foreign = 0;
  for (const [word] of text.matchAll(WORD)) {
    if (ASCII_LETTER.test(word)) latin += 1;
    else if (FOREIGN.test(word) && ![...word].every((character) => ASCII_OF.has(character))) foreign += 1;
  }
  return { ideographic: IDEOGRAPHIC.test(text), latin: latin > 0 && foreign === 0 };
}

function imitates(word: string, context: Context): boolean {
  return isGuise(word, context) || isMixed(word, context) || OVERLAY.test(word);
}

/** Letters that compatibility takes for symbols of ASCII letters. */
function isGuise(word: string, { ideographic }: Context): boolean {
  let guises = 0;
  let raised = 0;
  let [fullWidth, run] = [0, 0];
  for (const character of word) {
    run = FULL_WIDTH.test(character) ? run + 1 : 0;
    fullWidth = Math.max(fullWidth, run);
    if (character < '\u0080') continue;
    if (RAISED.test(character)) raised += 1;
    else if (run > 0) continue;
    else if (ASCII_LETTERS.test(asciiOf(character))) guises += 1;
  }
  if (raised >= MANY_RAISED || guises >= MANY) return true;
  return fullWidth >= MANY && !(ideographic && fullWidth <= ABBREVIATION);
}

/** The ASCII of a letter in the guise of a symbol; of others the letter. Ligatures are writing, not guises. */
function asciiOf(character: string): string {
  if (LATIN.test(character) && character < '\u0250') return character;
  if (character >= '\ufb00' && character <= '\ufb06') return character;
  if (/[\u2100-\u214f\u3300-\u33ff]/u.test(character) && !/\p{L}/u.test(character)) return character;
  const folded = SQUARED.get(character) ?? character.normalize('NFKC');
  if (ASCII_LETTERS.test(folded)) return folded;
  return LATIN.test(character) ? (ASCII_OF.get(character) ?? character) : character;
}

/** Letters in squares and circles without a decomposition. */
const SQUARED: ReadonlyMap<string, string> = new Map(
  [0x1f130, 0x1f150, 0x1f170].flatMap((start) =>
    Array.from({ length: 26 }, (_, index) => [
      String.fromCodePoint(start + index),
      String.fromCharCode(0x41 + index),
    ]),
  ) as [string, string][],
);

function isMixed(word: string, { latin }: Context): boolean {
  if (!FOREIGN.test(word)) return false;
  const letters = [...word].filter((character) => LETTER.test(character));
  const foreign = letters.filter((character) => FOREIGN.test(character));
  const own = letters.filter((character) => LATIN.test(character));
  if (!foreign.every((character) => ASCII_OF.has(character))) return isSprinkled(letters);
  if (own.length === 0) return latin && letters.length > 1;
  if (own.length + foreign.length <= 2) return false;
  // SMS and its like take the endings of their language.
  const abbreviation = own.every((character) => character === character.toUpperCase());
  return !(abbreviation && own.length > 1 && changes(letters) === 1);
}

/** Scripts that change more than once in a word, beyond one that stands inside of a word of the other. */
function isSprinkled(letters: readonly string[]): boolean {
  return changes(letters) > 2;
}

function changes(letters: readonly string[]): number {
  let count = 0;
  for (let index = 1; index < letters.length; index++) {
    if (FOREIGN.test(letters[index] ?? '') !== FOREIGN.test(letters[index - 1] ?? '')) count += 1;
  }
  return count;
}

function plain(word: string, context: Context): string {
  const bare = word.replace(OVERLAYS, '').replace(STACK, '$1');
  return [...bare]
    .map((character) => {
      const ascii =
        FULL_WIDTH.test(character) || RAISED.test(character)
          ? character.normalize('NFKC')
          : asciiOf(character);
      return ascii === character && (context.latin || ASCII_LETTER.test(bare))
        ? (ASCII_OF.get(character) ?? character)
        : ascii;
    })
    .join('');
}
