import { at } from '../bpe/at.js';
import type { MergeArrays } from '../compiled-file.js';
import { quote, refuse } from './problems.js';
import type { Vocabulary } from './vocabulary.js';

/** Ranks fit below this power of two, right tokens above it, and both together into the integers of a double. */
const RANK_SPAN = 2 ** 24;

/** Stands for a row that is no pair: no vocabulary has the empty piece. */
const NO_PIECES = ['', ''] as const;

/**
 * Compiles the merges: `rank` is their order. Also tells whether they are `wordwise`: none joins the end of a word to
 * the ▁ of the next. Any merge across that place would have a left piece that does not end with ▁ and a right one that
 * begins with it. Then words can be encoded on their own.
 */
export function compileMerges(
  rows: readonly unknown[],
  vocabulary: Vocabulary,
): MergeArrays & { wordwise: boolean } {
  if (rows.length >= RANK_SPAN) {
    refuse('has too many merges', [`${rows.length}, expected below ${RANK_SPAN}`]);
  }
  const { ids, size } = vocabulary;
  const lefts = new Int32Array(rows.length);
  const rights = new Int32Array(rows.length);
  const merged = new Int32Array(rows.length);
  const problems: string[] = [];
  let wordwise = ids.has('▁');
  rows.forEach((row, rank) => {
    const parts: unknown = typeof row === 'string' ? row.split(' ') : row; // older files write "a b"
    const pair = isPair(parts) ? parts : NO_PIECES;
    const left = ids.get(pair[0]);
    const right = ids.get(pair[1]);
    const whole = ids.get(pair[0] + pair[1]);
    if (left === undefined || right === undefined || whole === undefined) {
      problems.push(`merge ${rank}, ${quote(row)}: expected two pieces that make a third`);
      return;
    }
    lefts[rank] = left;
    rights[rank] = right;
    merged[rank] = whole;
    if (pair[1].startsWith('▁') && !pair[0].endsWith('▁')) wordwise = false;
  });
  refuse('has merges that cannot be used', problems);
  return { ...sortByPair(lefts, rights, size), merged, wordwise };
}

function isPair(row: unknown): row is [string, string] {
  return Array.isArray(row) && row.length === 2 && typeof row[0] === 'string' && typeof row[1] === 'string';
}

/** Groups the merges by their left token and sorts each group by the right one, equal pairs by rank. */
function sortByPair(lefts: Int32Array, rights: Int32Array, size: number): Omit<MergeArrays, 'merged'> {
  const mergeOffsets = rowOffsets(lefts, size);
  const ends = mergeOffsets.slice();
  const keys = new Float64Array(lefts.length);
  lefts.forEach((left, rank) => {
    const slot = at(ends, left);
    ends[left] = slot + 1;
    keys[slot] = at(rights, rank) * RANK_SPAN + rank;
  });
  for (let id = 0; id < size; id++) keys.subarray(mergeOffsets[id], mergeOffsets[id + 1]).sort();
  return {
    mergeOffsets,
    mergeRights: Int32Array.from(keys, (key) => Math.floor(key / RANK_SPAN)),
    mergeRanks: Int32Array.from(keys, (key) => key % RANK_SPAN),
  };
}

/** Where the row of each left token begins, and after the last one where it ends. */
function rowOffsets(lefts: Int32Array, size: number): Int32Array {
  const offsets = new Int32Array(size + 1);
  for (const left of lefts) offsets[left + 1] = at(offsets, left + 1) + 1;
  for (let id = 0; id < size; id++) offsets[id + 1] = at(offsets, id + 1) + at(offsets, id);
  return offsets;
}
