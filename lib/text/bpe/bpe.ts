import type { MergeArrays } from '../compiled-file.js';
import { at } from './at.js';
import { MergeTable } from './merge-table.js';
import { MinHeap } from './min-heap.js';
import type { TokenList } from './token-list.js';

/** Positions fit below this power of two, ranks above it, and both together into the integers of a double. */
const POSITION_SPAN = 2 ** 25;

/** The rank of a pair that does not merge, and of a position that has been merged away. */
const NONE = -1;

/** Least: buffers that first grow under a long text throw V8's optimized code away, and that text takes 40 ms, not 7. */
const INITIAL_CAPACITY = 1;

/**
 * Byte-pair encoding of one chunk: of all neighbours, the pair with the lowest rank merges first, the leftmost of equal
 * ranks, until none is left. A heap of candidates and a linked list of symbols make it n log n in the symbols.
 *
 * Use: {@link push} the symbols of a chunk, then {@link mergeInto}; both reuse the same buffers.
 */
export class Bpe {
  readonly #merges: MergeTable;
  readonly #heap = new MinHeap();
  #length = 0;
  #symbols = new Int32Array(INITIAL_CAPACITY);
  #next = new Int32Array(INITIAL_CAPACITY);
  #previous = new Int32Array(INITIAL_CAPACITY);
  /** The rank of the pair that starts at a position. A heap entry of another rank is out of date. */
  #ranks = new Int32Array(INITIAL_CAPACITY);

  constructor(merges: MergeArrays) {
    this.#merges = new MergeTable(merges);
  }

  push(symbol: number): void {
    if (this.#length === this.#symbols.length) this.#grow();
    this.#symbols[this.#length++] = symbol;
  }

  /** Merges what was pushed, appends the tokens to `tokens`, and empties the chunk. */
  mergeInto(tokens: TokenList): void {
    const length = this.#length;
    for (let index = 0; index < length; index++) {
      this.#previous[index] = index - 1;
      this.#next[index] = index + 1;
    }
    for (let index = 0; index < length; index++) this.#consider(index);
    for (let entry = this.#heap.pop(); entry >= 0; entry = this.#heap.pop()) {
      const rank = Math.floor(entry / POSITION_SPAN);
      const position = entry - rank * POSITION_SPAN;
      if (this.#ranks[position] === rank) this.#merge(position, rank);
    }
    for (let index = 0; index < length; index = at(this.#next, index)) {
      tokens.push(at(this.#symbols, index));
    }
    this.#length = 0;
  }

  #merge(position: number, rank: number): void {
    const right = at(this.#next, position);
    const next = at(this.#next, right);
    this.#symbols[position] = this.#merges.merged(rank);
    this.#ranks[right] = NONE;
    this.#next[position] = next;
    if (next < this.#length) this.#previous[next] = position;
    const previous = at(this.#previous, position);
    if (previous >= 0) this.#consider(previous);
    this.#consider(position);
  }

  /** Looks up the pair that starts at `position`. */
  #consider(position: number): void {
    const next = at(this.#next, position);
    const rank =
      next < this.#length ? this.#merges.rank(at(this.#symbols, position), at(this.#symbols, next)) : NONE;
    this.#ranks[position] = rank;
    if (rank !== NONE) this.#heap.push(rank * POSITION_SPAN + position);
  }

  #grow(): void {
    const capacity = this.#symbols.length * 2;
    const symbols = new Int32Array(capacity);
    symbols.set(this.#symbols);
    this.#symbols = symbols;
    this.#next = new Int32Array(capacity);
    this.#previous = new Int32Array(capacity);
    this.#ranks = new Int32Array(capacity);
  }
}
