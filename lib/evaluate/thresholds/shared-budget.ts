import type { Cuts } from './cuts.js';

/** A class that draws on a budget: its scores, and the rows that it decides about already (flags) without drawing. */
export interface Claimant {
  readonly cuts: Cuts;
  readonly scores: Float64Array;
  /** Rows from this cut on down draw on the budget; those above do not. 0: all do. */
  readonly above: number;
}

/**
 * The most rows that each class may take such that all together take at most `limit`, rows that several take or that
 * `settled` marks counting once or not at all. Taking more never takes fewer rows, so bisection finds it.
 */
export function sharedRows(claimants: readonly Claimant[], limit: number, settled: Uint8Array): number {
  let low = 0;
  let high = Math.floor(limit) + settled.reduce((sum, value) => sum + value, 0);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (takenRows(claimants, middle, settled) <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}

function takenRows(claimants: readonly Claimant[], rowsEach: number, settled: Uint8Array): number {
  const taken = new Uint8Array(settled.length);
  for (const { cuts, scores, above } of claimants) {
    const cut = cuts.cutOfRows(cuts.flagged(above) + rowsEach);
    const threshold =
      cut === 0 ? Number.POSITIVE_INFINITY : (cuts.threshold(cut) ?? Number.POSITIVE_INFINITY);
    scores.forEach((score, row) => {
      if (score >= threshold) taken[row] = 1;
    });
  }
  return taken.reduce((sum, value, row) => sum + (value & ~(settled[row] as number) & 1), 0);
}
