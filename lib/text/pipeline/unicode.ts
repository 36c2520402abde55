/**
 * Unicode as the original tokenizer library (tokenizers 0.22) sees it. Its parts follow different versions of the
 * standard: \p{L} and \p{N} are Unicode 16's, lower case is Unicode 17's, and normalization knows no mark newer than
 * Unicode 9. Node's own tables depend on its release (Unicode 15 in 20.9, 17 in 24). The ranges below are the
 * differences, so that a text gets the same tokens on every Node. A test goes over all code points.
 */

/** Letters of Unicode 15.1 and 16, which an older Node does not know. */
const LETTERS_SINCE_15 =
  '\\u1c89\\u1c8a\\ua7cb-\\ua7cd\\ua7da-\\ua7dc\\u{105c0}-\\u{105f3}\\u{10d4a}-\\u{10d65}\\u{10d6f}-\\u{10d85}' +
  '\\u{10ec2}-\\u{10ec4}\\u{11380}-\\u{11389}\\u{1138b}\\u{1138e}\\u{11390}-\\u{113b5}\\u{113b7}\\u{113d1}\\u{113d3}' +
  '\\u{11bc0}-\\u{11be0}\\u{13460}-\\u{143fa}\\u{16100}-\\u{1611d}\\u{16d40}-\\u{16d6c}\\u{18cff}\\u{1e5d0}-\\u{1e5ed}' +
  '\\u{1e5f0}\\u{2ebf0}-\\u{2ee5d}';

/** Letters of Unicode 17, which the original does not take for letters. */
const LETTERS_SINCE_17 =
  '\\u088f\\u0c5c\\u0cdc\\ua7ce\\ua7cf\\ua7d2\\ua7d4\\ua7f1\\u{10940}-\\u{10959}\\u{10ec5}-\\u{10ec7}' +
  '\\u{11db0}-\\u{11ddb}\\u{16ea0}-\\u{16eb8}\\u{16ebb}-\\u{16ed3}\\u{16ff2}\\u{16ff3}\\u{187f8}-\\u{187ff}' +
  '\\u{18d09}-\\u{18d1e}\\u{18d80}-\\u{18df2}\\u{1e6c0}-\\u{1e6de}\\u{1e6e0}-\\u{1e6e2}\\u{1e6e4}\\u{1e6e5}' +
  '\\u{1e6e7}-\\u{1e6ed}\\u{1e6f0}-\\u{1e6f4}\\u{1e6fe}\\u{1e6ff}\\u{2b73a}-\\u{2b73f}\\u{2cea2}-\\u{2cead}' +
  '\\u{323b0}-\\u{33479}';

const NUMBERS_SINCE_15 =
  '\\u{10d40}-\\u{10d49}\\u{116d0}-\\u{116e3}\\u{11bf0}-\\u{11bf9}\\u{16130}-\\u{16139}\\u{16d70}-\\u{16d79}' +
  '\\u{1ccf0}-\\u{1ccf9}\\u{1e5f1}-\\u{1e5fa}';

const NUMBERS_SINCE_17 = '\\u{11de0}-\\u{11de9}\\u{16ff4}-\\u{16ff6}';

/** Classes for regular expressions with the flag `v`. */
export const LETTER = `[[\\p{L}${LETTERS_SINCE_15}]--[${LETTERS_SINCE_17}]]`;
export const NUMBER = `[[\\p{N}${NUMBERS_SINCE_15}]--[${NUMBERS_SINCE_17}]]`;
export const WHITE_SPACE = '\\p{White_Space}';

/** Upper case of Unicode 16 and 17 that an older Node does not know: first, last, distance to the lower case. */
const CASES_SINCE_15 = [
  [0x1c89, 0x1c89, 1],
  [0xa7cb, 0xa7cb, 0x264 - 0xa7cb],
  [0xa7cc, 0xa7cc, 1],
  [0xa7ce, 0xa7ce, 1],
  [0xa7d2, 0xa7d2, 1],
  [0xa7d4, 0xa7d4, 1],
  [0xa7da, 0xa7da, 1],
  [0xa7dc, 0xa7dc, 0x19b - 0xa7dc],
  [0x10d50, 0x10d65, 0x20],
  [0x16ea0, 0x16eb8, 0x1b],
] as const;

const UPPER_SINCE_15 = new RegExp(
  `[${CASES_SINCE_15.map(([first, last]) => `\\u{${first.toString(16)}}-\\u{${last.toString(16)}}`).join('')}]`,
  'gu',
);

/**
 * Lower case, character by character: a capital sigma at the end of a word becomes σ, where `toLowerCase` on the word
 * would give ς. That is the only rule of `toLowerCase` that looks at the neighbours.
 */
export function lowercase(text: string): string {
  return text.replaceAll('Σ', 'σ').toLowerCase().replace(UPPER_SINCE_15, lowercaseSince15);
}

function lowercaseSince15(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const row = CASES_SINCE_15.find(([first, last]) => first <= code && code <= last);
  return row === undefined ? character : String.fromCodePoint(code + row[2]);
}

/**
 * What the original's normalization does not know: it leaves these characters alone, and nothing moves past them.
 * First the marks with a combining class, then letters that compose or decompose.
 */
const INERT =
  '\\u07fd\\u0897-\\u089f\\u08ca-\\u08d3\\u09fe\\u0c3c\\u0d3b-\\u0d3c\\u0eba\\u1715\\u1abf-\\u1add\\u1ae0-\\u1aeb' +
  '\\u1df6-\\u1dfa\\ua82c\\u{10d24}-\\u{10d27}\\u{10d69}-\\u{10d6d}\\u{10eab}\\u{10eac}\\u{10efa}\\u{10efb}' +
  '\\u{10efd}-\\u{10eff}\\u{10f46}-\\u{10f50}\\u{10f82}-\\u{10f85}\\u{11070}\\u{1133b}\\u{113ce}-\\u{113d0}\\u{1145e}' +
  '\\u{11839}\\u{1183a}\\u{1193d}\\u{1193e}\\u{11943}\\u{119e0}\\u{11a34}\\u{11a47}\\u{11a99}\\u{11d42}\\u{11d44}' +
  '\\u{11d45}\\u{11d97}\\u{11f41}\\u{11f42}\\u{1612f}\\u{16ff0}\\u{16ff1}\\u{1e08f}\\u{1e130}-\\u{1e136}\\u{1e2ae}' +
  '\\u{1e2ec}-\\u{1e2ef}\\u{1e4ec}-\\u{1e4ef}\\u{1e5ee}\\u{1e5ef}\\u{1e6e3}\\u{1e6e6}\\u{1e6ee}\\u{1e6ef}\\u{1e6f5}' +
  '\\u{105c9}\\u{105d2}\\u{105da}\\u{105e4}\\u{11382}-\\u{11385}\\u{1138b}\\u{1138e}\\u{11390}\\u{11391}\\u{113c2}' +
  '\\u{113c5}\\u{113c7}\\u{113c8}\\u{11935}\\u{11938}\\u{1611e}\\u{16121}-\\u{16129}\\u{16d63}\\u{16d67}-\\u{16d6a}';

const INERT_CHARACTER = new RegExp(`([${INERT}])`, 'u');

/** Marks in a row from which on the order of marks is made here: `normalize` takes time in their number squared. */
const MANY_MARKS = /\p{M}{64}/u;

/** Normalization form C. An inert character splits the text: no composition or reordering crosses it. */
export function composed(text: string): string {
  if (!INERT_CHARACTER.test(text)) return composeKnown(text);
  return text.split(INERT_CHARACTER).map(composeKnown).join('');
}

function composeKnown(text: string): string {
  return (MANY_MARKS.test(text) ? decomposedInOrder(text) : text).normalize('NFC');
}

/** Canonical decomposition in time linear in the text, for texts with long runs of marks. */
function decomposedInOrder(text: string): string {
  const characters = Array.from(text, (character) => character.normalize('NFD')).join('');
  const ranks = combiningRanks(characters);
  const run: string[] = new Array(ranks.size).fill(''); // the marks of the current run, by rank
  let ordered = '';
  for (const character of characters) {
    const rank = ranks.get(character);
    if (rank === undefined) {
      ordered += run.join('') + character;
      run.fill('');
    } else {
      run[rank] += character;
    }
  }
  return ordered + run.join('');
}

/**
 * The marks among decomposed `characters`, ranked by their canonical combining class. The classes are not to be had as
 * such, but `normalize` sorts marks by them and does not swap two of the same class.
 */
function combiningRanks(characters: string): Map<string, number> {
  const marks = [...new Set(characters.match(/\p{M}/gu))].filter(isReordered).join('').normalize('NFD');
  const ranks = new Map<string, number>();
  let rank = 0;
  let previous = '';
  for (const mark of marks) {
    if (previous !== '' && isSwapped(mark, previous)) rank++;
    ranks.set(mark, rank);
    previous = mark;
  }
  return ranks;
}

/** Whether a mark has a combining class: it moves before one of the highest class, or after one of the lowest. */
const isReordered = (mark: string): boolean => isSwapped('\u0345', mark) || isSwapped(mark, '\u0334');

const isSwapped = (first: string, second: string): boolean =>
  (first + second).normalize('NFD') !== first + second;
