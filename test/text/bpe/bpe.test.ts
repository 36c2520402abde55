import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Bpe } from '../../../lib/text/bpe/bpe.js';
import { TokenList } from '../../../lib/text/bpe/token-list.js';
import { compileMerges } from '../../../lib/text/compile/merges.js';

const ALPHABET = ['a', 'b', 'c', '▁'];

/** A vocabulary that grows by merging what is there, in every way that gives a piece, in random order. */
const tokenizers = fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 30 }).chain((growth) => {
  const pieces = [...ALPHABET];
  for (const [left, right] of growth) {
    const piece = `${pieces[left % pieces.length]}${pieces[right % pieces.length]}`;
    if (piece.length <= 8 && !pieces.includes(piece)) pieces.push(piece);
  }
  const splits = pieces.flatMap((piece) =>
    Array.from({ length: piece.length - 1 }, (_, cut) => [piece.slice(0, cut + 1), piece.slice(cut + 1)]),
  );
  const merges = splits.filter((pair) => pair.every((part) => pieces.includes(part)));
  return fc.record({
    pieces: fc.constant(pieces),
    merges: fc.shuffledSubarray(merges, { minLength: Math.ceil(merges.length / 2) }),
  });
});

describe('byte-pair encoding', () => {
  test('merges like the plain algorithm: always the lowest rank, the leftmost of equals', () => {
    fc.assert(
      fc.property(
        tokenizers,
        fc.array(fc.constantFrom(...ALPHABET), { maxLength: 60 }),
        ({ pieces, merges }, symbols) => {
          expect(encode(pieces, merges, symbols)).toEqual(encodePlainly(merges, symbols));
        },
      ),
      { numRuns: 500 },
    );
  });

  test('appends to a list that grows, and starts the next chunk afresh', () => {
    const { bpe, idOf } = build(ALPHABET, []);
    const tokens = new TokenList(1);
    for (const symbol of ['a', 'b', 'c', 'a']) bpe.push(idOf(symbol));
    bpe.mergeInto(tokens);
    expect([...tokens.ids]).toEqual([0, 1, 2, 0]);
    bpe.push(idOf('c'));
    bpe.mergeInto(tokens);
    expect([...tokens.ids]).toEqual([0, 1, 2, 0, 2]);
  });
});

describe('wordwise', () => {
  const wordwise = (pieces: string[], merges: string[][]) => {
    const ids = new Map(pieces.map((piece, id) => [piece, id]));
    return compileMerges(merges, { ids, size: pieces.length }).wordwise;
  };

  test('holds while no merge joins a letter to a following ▁', () => {
    expect(
      wordwise(
        ['a', '▁', '▁▁', '▁a'],
        [
          ['▁', '▁'],
          ['▁', 'a'],
        ],
      ),
    ).toBe(true);
    expect(wordwise(['a', '▁', 'a▁'], [['a', '▁']])).toBe(false);
    expect(wordwise(['a', '▁', '▁a', 'a▁a'], [['a', '▁a']])).toBe(false);
  });

  test('where it holds, words encoded one by one give the tokens of the whole', () => {
    fc.assert(
      fc.property(
        tokenizers.filter(({ pieces, merges }) => wordwise(pieces, merges)),
        fc.array(fc.constantFrom(...ALPHABET), { maxLength: 60 }),
        ({ pieces, merges }, symbols) => {
          const words = symbols.join('').match(/▁*[^▁]+|▁+/g) ?? [];
          const apart = words.flatMap((word) => encode(pieces, merges, [...word]));
          expect(apart).toEqual(encode(pieces, merges, symbols));
        },
      ),
      { numRuns: 300 },
    );
  });
});

function build(pieces: string[], merges: string[][]) {
  const ids = new Map(pieces.map((piece, id) => [piece, id]));
  const bpe = new Bpe(compileMerges(merges, { ids, size: pieces.length }));
  return { bpe, idOf: (piece: string) => ids.get(piece) ?? -1 };
}

function encode(pieces: string[], merges: string[][], symbols: string[]): string[] {
  const { bpe, idOf } = build(pieces, merges);
  const tokens = new TokenList(1000);
  for (const symbol of symbols) bpe.push(idOf(symbol));
  bpe.mergeInto(tokens);
  return Array.from(tokens.ids, (id) => pieces[id] ?? '');
}

/** Quadratic, and plain to see. */
function encodePlainly(merges: string[][], symbols: string[]): string[] {
  const ranks = new Map(merges.map((pair, rank) => [pair.join('|'), rank]));
  const tokens = [...symbols];
  for (;;) {
    let best = Number.POSITIVE_INFINITY;
    let place = -1;
    for (let index = 0; index + 1 < tokens.length; index++) {
      const rank = ranks.get(`${tokens[index]}|${tokens[index + 1]}`) ?? Number.POSITIVE_INFINITY;
      if (rank < best) [best, place] = [rank, index];
    }
    if (place < 0) return tokens;
    tokens.splice(place, 2, `${tokens[place]}${tokens[place + 1]}`);
  }
}
