import { descendingOrder } from '../metrics/order.js';

/**
 * All rows by falling score, with the number of positives above and of negatives below each. The pairs of a group with
 * its background are its pairs with all rows less those within, so one pass over all rows serves every group.
 */
export class Background {
  /** Rows by falling score, as row · 2 + label. */
  readonly #packed: Uint32Array;
  /** Where the rows of each distinct score end. */
  readonly #ends: Uint32Array;
  /** Per row which distinct score it has, counted from the highest. */
  readonly rankOf: Uint32Array;
  /** Per distinct score twice the positives above, plus those that tie; for the counts measured last. */
  readonly twicePositivesAbove: Float64Array;
  /** Per distinct score twice the negatives below, plus those that tie. */
  readonly twiceNegativesBelow: Float64Array;
  positives = 0;
  negatives = 0;

  constructor(scores: Float64Array, labels: Uint8Array) {
    const order = descendingOrder(scores);
    this.#packed = order.map((row) => row * 2 + (labels[row] as number));
    this.rankOf = new Uint32Array(scores.length);
    const ends: number[] = [];
    order.forEach((row, position) => {
      this.rankOf[row] = ends.length;
      const following = order[position + 1];
      if (following === undefined || scores[following] !== scores[row]) ends.push(position + 1);
    });
    this.#ends = Uint32Array.from(ends);
    this.twicePositivesAbove = new Float64Array(ends.length);
    this.twiceNegativesBelow = new Float64Array(ends.length);
  }

  measure(counts: Uint8Array): void {
    const packed = this.#packed;
    const ends = this.#ends;
    const above = this.twicePositivesAbove;
    const below = this.twiceNegativesBelow; // first the negatives above, until all are known
    let positives = 0;
    let negatives = 0;
    let position = 0;
    for (let rank = 0; rank < ends.length; rank++) {
      const end = ends[rank] as number;
      let tied = 0;
      let tiedPositives = 0;
      for (; position < end; position++) {
        const entry = packed[position] as number;
        const count = counts[entry >>> 1] as number;
        tied += count;
        tiedPositives += count * (entry & 1);
      }
      above[rank] = 2 * positives + tiedPositives;
      below[rank] = 2 * negatives + tied - tiedPositives;
      positives += tiedPositives;
      negatives += tied - tiedPositives;
    }
    for (let rank = 0; rank < ends.length; rank++) below[rank] = 2 * negatives - (below[rank] as number);
    this.positives = positives;
    this.negatives = negatives;
  }
}
