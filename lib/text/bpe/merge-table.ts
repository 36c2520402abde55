import type { MergeArrays } from '../compiled-file.js';
import { at } from './at.js';

/** Which pairs of tokens merge, with which priority, into what. Views of the compiled file; nothing is built at load. */
export class MergeTable {
  readonly #merges: MergeArrays;

  constructor(merges: MergeArrays) {
    this.#merges = merges;
  }

  /** The rank of a pair, 0 first; -1 when it does not merge. Of a pair that is listed twice the later rank counts. */
  rank(left: number, right: number): number {
    const { mergeOffsets, mergeRights, mergeRanks } = this.#merges;
    const start = at(mergeOffsets, left);
    let low = start;
    let high = at(mergeOffsets, left + 1);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (at(mergeRights, middle) <= right) low = middle + 1;
      else high = middle;
    }
    return low > start && at(mergeRights, low - 1) === right ? at(mergeRanks, low - 1) : -1;
  }

  /** The token that the merge of a rank makes. */
  merged(rank: number): number {
    return at(this.#merges.merged, rank);
  }
}
