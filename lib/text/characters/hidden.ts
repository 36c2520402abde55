/**
 * Characters that no reader sees: what Unicode calls default ignorable, controls, and tags. Many have a use in writing, and
 * there they are ordinary: joiners in Arabic, Indic and emoji, variation selectors behind symbols, marks of direction
 * between words of right-to-left scripts, breaks in scripts without spaces.
 */

const HIDDEN = /[\p{Default_Ignorable_Code_Point}\p{Cc}\u2028\u2029\ufff9-\ufffb]/u;
const HIDDEN_RUN = new RegExp(`(?:${HIDDEN.source})+`, 'gu');
/** Line breaks and tabs are white space, which readers see. */
const SEEN = /[\t\n\v\f\r\u0085\u2028\u2029]/u;

const ZWNJ = '\u200c';
const ZWJ = '\u200d';
const ZWSP = '\u200b';
const OVERRIDES = /[\u202d\u202e]/u;
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const SELECTOR = /[\ufe00-\ufe0f]/u;
const SUPPLEMENTARY_SELECTOR = /[\u{e0100}-\u{e01ef}]/u;
const MONGOLIAN_SELECTOR = /[\u180b-\u180f]/u;
const TAG = /[\u{e0001}-\u{e007f}]/u;

/** Scripts whose letters join, or are asked by joiners not to. */
const JOINING =
  /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Nko}\p{Script=Mongolian}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}\p{Script=Balinese}\p{Script=Javanese}\p{Script=Adlam}\p{Script=Thaana}]/u;
/** Scripts that are written without spaces, where a break between words is a hidden character. */
const SPACELESS =
  /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}\p{Script=Javanese}]/u;
const RIGHT_TO_LEFT =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;
const EMOJI_PART = /[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Emoji_Component}\u2640\u2642]/u;
const BLACK_FLAG = '\u{1f3f4}';
const IN_WORD = /[\p{L}\p{M}\p{N}]/u;

export interface HiddenFacts {
  readonly hidden: number;
  readonly inWords: number;
}

/** Whether a text may hold any: a quick look. */
export function mayHide(text: string): boolean {
  return HIDDEN.test(text);
}

/** Counts what is hidden and not ordinary where it stands. */
export function countHidden(text: string): HiddenFacts {
  let hidden = 0;
  let inWords = 0;
  eachHidden(text, (count, inWord) => {
    hidden += count;
    if (inWord) inWords += count;
    return '';
  });
  return { hidden, inWords };
}

/** The text without what {@link countHidden} counts, and with overridden runs in the order in which they are shown. */
export function withoutHidden(text: string): string {
  return eachHidden(reordered(text), () => '');
}

/** Replaces each run of hidden characters; what is ordinary stays. */
function eachHidden(text: string, replace: (count: number, inWord: boolean) => string): string {
  const rightToLeft = RIGHT_TO_LEFT.test(text);
  return text.replace(HIDDEN_RUN, (run, at: number) => {
    const before = lastOf(text, at);
    const after = firstOf(text, at + run.length);
    const kept: string[] = [];
    let count = 0;
    let smuggled = false;
    for (const character of run) {
      if (isOrdinary(character, before, after, run, rightToLeft)) {
        kept.push(character);
      } else {
        count += 1;
        smuggled ||= TAG.test(character) || OVERRIDES.test(character);
      }
    }
    if (count === 0) return run;
    const inWord = smuggled || (IN_WORD.test(before) && IN_WORD.test(after));
    return kept.join('') + replace(count, inWord);
  });
}

function isOrdinary(
  character: string,
  before: string,
  after: string,
  run: string,
  rightToLeft: boolean,
): boolean {
  if (SEEN.test(character)) return true;
  if (character === ZWJ && isEmojiPart(before, run) && EMOJI_PART.test(after)) return true;
  if (character === ZWJ || character === ZWNJ) return JOINING.test(before) || JOINING.test(after);
  if (character === ZWSP) return SPACELESS.test(before) || SPACELESS.test(after);
  if (SELECTOR.test(character))
    return before !== '' && !/\p{Script=Latin}|\p{Script=Cyrillic}|\p{Script=Greek}|\s/u.test(before);
  if (SUPPLEMENTARY_SELECTOR.test(character)) return /\p{Script=Han}/u.test(before) && run.length <= 2;
  if (MONGOLIAN_SELECTOR.test(character)) return /\p{Script=Mongolian}/u.test(before);
  if (TAG.test(character)) return before === BLACK_FLAG && isFlag(run);
  if (!DIRECTION.test(character) || OVERRIDES.test(character)) return false;
  return rightToLeft && !(IN_WORD.test(before) && IN_WORD.test(after) && sameDirection(before, after));
}

function isEmojiPart(before: string, run: string): boolean {
  return EMOJI_PART.test(before) || run.startsWith('\ufe0f');
}

/** A flag of a region: lower-case letters and digits as tags, and the tag that ends them. */
function isFlag(run: string): boolean {
  return /^[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{2,8}\u{e007f}$/u.test(run);
}

/** Between words of two directions, a mark of direction stands in no word. */
function sameDirection(before: string, after: string): boolean {
  return RIGHT_TO_LEFT.test(before) === RIGHT_TO_LEFT.test(after);
}

function lastOf(text: string, end: number): string {
  const low = text.charCodeAt(end - 1);
  return low >= 0xdc00 && low <= 0xdfff && end > 1
    ? text.slice(end - 2, end)
    : text.slice(Math.max(0, end - 1), end);
}

function firstOf(text: string, start: number): string {
  const code = text.codePointAt(start);
  return code === undefined ? '' : String.fromCodePoint(code);
}

/** A run behind a right-to-left override is shown from its end, up to its pop, or the end of its line. */
function reordered(text: string): string {
  return text.replace(/\u202e([^\u202c\u202e\n\r\u2029]*)\u202c?/gu, (_, run: string) =>
    [...run].reverse().join(''),
  );
}
