import type { Dice } from './dice.js';

const WORDS = [
  'a',
  'quiet',
  'morning',
  'by',
  'the',
  'lake',
  'blorvine',
  'zanzibar',
  'ß',
  'Ünïcödé',
  '静かな',
  'утро',
];
const ODD = [
  ...['\u0000', '\u0085', '\ufeff', '\u200b', '\u200d', '\u202e', '\u2028', '\ufffd', '\uffff', '\u001c'],
  ...[
    'e\u0301',
    '\u0301\u0301\u0301',
    '👩‍👩‍👧',
    '🏳️‍🌈',
    '𝔱𝔢𝔵𝔱',
    'ﷺ',
    'ﬁ',
    '\u1100\u1161',
    '<eos>',
    '<pad>',
    '<|endoftext|>',
    '▁',
  ],
];
const BLANK = ['', ' ', '\t\n', '\u00a0', '\u2003\u3000', '\u001f', '\r'];
const LONE = ['\ud800', 'x\udc00', '\udfff\ud800'];

/** A text: words of several scripts, oddities, blanks, lone surrogates, or length. */
export function text(dice: Dice): string {
  return dice.weighted<() => string>([
    [50, () => words(dice, dice.between(1, 12))],
    [20, () => words(dice, 3) + dice.pick(ODD) + words(dice, 2)],
    [8, () => dice.pick(ODD).repeat(dice.between(1, 200))],
    [4, () => `${words(dice, 2)} mor\u200bning ${words(dice, 2)}`],
    [6, () => dice.pick(BLANK)],
    [6, () => words(dice, 2) + dice.pick(LONE)],
    [5, () => dice.pick(WORDS).repeat(dice.between(50, 400))],
    [3, () => words(dice, dice.between(100, 1500))],
    [2, () => 'x'.repeat(dice.pick([19_999, 20_000, 20_001, 130_000]))],
  ])();
}

function words(dice: Dice, count: number): string {
  return Array.from({ length: count }, () => dice.pick(WORDS)).join(' ');
}
