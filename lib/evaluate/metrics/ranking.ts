import { descendingOrder } from './order.js';

export interface Areas {
  /** NaN without positives or without negatives. */
  rocAuc: number;
  /** NaN without positives. */
  averagePrecision: number;
}

/**
 * Rows by falling score, prepared so that resamples need one pass and no sorting: a resample is a count per row.
 *
 * ROC-AUC is the share of pairs of a positive and a negative in which the positive scores higher, ties counting half;
 * average precision is the sum over distinct scores of the gain in recall times the precision there, without
 * interpolation. Both are what scikit-learn's roc_auc_score and average_precision_score compute.
 */
export class Ranking {
  /** Rows by falling score; of rows that tie the negatives come first. */
  readonly #rows: Uint32Array;
  /**
   * Per distinct score that some positive has, three positions in `rows`: where its own negatives begin, where its
   * positives begin, where they end. Everything between two such scores is negative.
   */
  readonly #bounds: Uint32Array;

  /** Columns of the same length; element i of a column belongs to row i. Several columns: every cell is ranked. */
  constructor(scores: readonly Float64Array[], labels: readonly Uint8Array[]) {
    const rows = scores[0]?.length ?? 0;
    const cells = (scores.length === 1 ? scores[0] : joinScores(scores)) ?? new Float64Array();
    const positive = (labels.length === 1 ? labels[0] : joinBytes(labels)) ?? new Uint8Array();
    const order = descendingOrder(cells);
    this.#bounds = arrangeTies(order, cells, positive);
    this.#rows = order.map((cell) => cell % rows);
  }

  /** The areas when row i counts `counts[i]` times. Writes into `areas`. */
  measure(counts: Uint8Array, areas: Areas): void {
    const bounds = this.#bounds;
    let position = 0;
    let positives = 0;
    let negatives = 0;
    let twiceMisordered = 0; // exact below 2^53: up to 9e7 cells, half of them positive
    let precisions = 0;
    for (let index = 0; index < bounds.length; index += 3) {
      const above = negatives + this.#sum(counts, position, bounds[index] as number);
      negatives = above + this.#sum(counts, bounds[index] as number, bounds[index + 1] as number);
      position = bounds[index + 2] as number;
      const tied = this.#sum(counts, bounds[index + 1] as number, position);
      if (tied === 0) continue;
      positives += tied;
      twiceMisordered += tied * (above + negatives);
      precisions += (tied * positives) / (positives + negatives);
    }
    negatives += this.#sum(counts, position, this.#rows.length);
    areas.rocAuc =
      positives > 0 && negatives > 0 ? 1 - twiceMisordered / (2 * positives * negatives) : Number.NaN;
    areas.averagePrecision = positives > 0 ? precisions / positives : Number.NaN;
  }

  #sum(counts: Uint8Array, from: number, to: number): number {
    const rows = this.#rows;
    let sum = 0;
    for (let position = from; position < to; position++) sum += counts[rows[position] as number] as number;
    return sum;
  }
}

/** ROC-AUC and average precision of N scores, 0 or more, with labels 0 and 1. */
export function areasOf(scores: Float64Array, labels: Uint8Array): Areas {
  const areas: Areas = { rocAuc: Number.NaN, averagePrecision: Number.NaN };
  new Ranking([scores], [labels]).measure(new Uint8Array(scores.length).fill(1), areas);
  return areas;
}

/** Puts the negatives first among cells that tie, in place, and returns the bounds of the scores with positives. */
function arrangeTies(order: Uint32Array, scores: Float64Array, labels: Uint8Array): Uint32Array {
  const bounds: number[] = [];
  for (let start = 0, end = 0; start < order.length; start = end) {
    const score = scores[order[start] as number];
    for (end = start + 1; end < order.length && scores[order[end] as number] === score; ) end++;
    if (end === start + 1) {
      if (labels[order[start] as number] === 1) bounds.push(start, start, end);
      continue;
    }
    const tied = order.slice(start, end);
    const isPositive = (cell: number) => labels[cell] === 1;
    const positives = tied.filter(isPositive);
    if (positives.length === 0) continue;
    const firstPositive = end - positives.length;
    order.set(
      tied.filter((cell) => !isPositive(cell)),
      start,
    );
    order.set(positives, firstPositive);
    bounds.push(start, firstPositive, end);
  }
  return Uint32Array.from(bounds);
}

function joinScores(columns: readonly Float64Array[]): Float64Array {
  const rows = columns[0]?.length ?? 0;
  const joined = new Float64Array(columns.length * rows);
  columns.forEach((column, index) => {
    joined.set(column, index * rows);
  });
  return joined;
}

function joinBytes(columns: readonly Uint8Array[]): Uint8Array {
  const rows = columns[0]?.length ?? 0;
  const joined = new Uint8Array(columns.length * rows);
  columns.forEach((column, index) => {
    joined.set(column, index * rows);
  });
  return joined;
}
