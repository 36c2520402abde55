/** Figures of one threshold's confusion matrix, with scikit-learn's zero_division=0, as in the original. */
import type { Confusion } from '../evaluation.js';

/** 0 where nothing is predicted. */
export function precisionOf(tp: number, fp: number): number {
  return tp + fp === 0 ? 0 : tp / (tp + fp);
}

/** 0 where nothing is positive. */
export function recallOf(tp: number, fn: number): number {
  return tp + fn === 0 ? 0 : tp / (tp + fn);
}

/** 2 tp / (2 tp + fp + fn); 0 where nothing is positive or predicted. */
export function f1Of(tp: number, fp: number, fn: number): number {
  const denominator = 2 * tp + fp + fn;
  return denominator === 0 ? 0 : (2 * tp) / denominator;
}

/** A share; NaN of nothing. */
export function shareOf(part: number, whole: number): number {
  return whole === 0 ? Number.NaN : part / whole;
}

/** Counts of N labels and flags, each 0 or 1. */
export function confusionOf(labels: Uint8Array, flags: Uint8Array): Confusion {
  const cells = [0, 0, 0, 0]; // label · 2 + flag
  for (let row = 0; row < labels.length; row++) {
    const cell = (labels[row] as number) * 2 + (flags[row] as number);
    cells[cell] = (cells[cell] ?? 0) + 1;
  }
  const [tn = 0, fp = 0, fn = 0, tp = 0] = cells;
  return { tn, fp, fn, tp };
}
