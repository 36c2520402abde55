import { descendingOrder } from './order.js';

/** What every threshold would flag: one entry per distinct score, falling, plus a first one that flags nothing. */
export interface CumulativeCounts {
  /** The first is infinite; every other flags the rows from this score on. */
  readonly thresholds: Float64Array;
  readonly tp: Float64Array;
  readonly fp: Float64Array;
  readonly positives: number;
  readonly negatives: number;
}

/** N scores of at least 0 and labels 0 or 1. */
export function cumulativeCounts(scores: Float64Array, labels: Uint8Array): CumulativeCounts {
  const order = descendingOrder(scores);
  const thresholds = [Number.POSITIVE_INFINITY];
  const tps = [0];
  const fps = [0];
  let tp = 0;
  order.forEach((row, position) => {
    tp += labels[row] as number;
    const score = scores[row] as number;
    const following = order[position + 1];
    if (following !== undefined && scores[following] === score) return;
    thresholds.push(score);
    tps.push(tp);
    fps.push(position + 1 - tp);
  });
  return {
    thresholds: Float64Array.from(thresholds),
    tp: Float64Array.from(tps),
    fp: Float64Array.from(fps),
    positives: tp,
    negatives: scores.length - tp,
  };
}

export interface Curve {
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** The first, or last, is infinite: it flags nothing. */
  readonly thresholds: Float64Array;
}

/**
 * False positive rate (x) and true positive rate (y) from (0, 0) to (1, 1), every point: scikit-learn's roc_curve with
 * drop_intermediate=False. Null for one class alone.
 */
export function rocCurve({ thresholds, tp, fp, positives, negatives }: CumulativeCounts): Curve | null {
  if (positives === 0 || negatives === 0) return null;
  return { x: fp.map((count) => count / negatives), y: tp.map((count) => count / positives), thresholds };
}

/**
 * Recall (x) and precision (y) at rising thresholds, ending in recall 0 and precision 1: scikit-learn's
 * precision_recall_curve. Null without positives.
 */
export function precisionRecallCurve({ thresholds, tp, fp, positives }: CumulativeCounts): Curve | null {
  if (positives === 0) return null;
  const recall = tp.map((count) => count / positives);
  const precision = tp.map((count, index) => (index === 0 ? 1 : count / (count + (fp[index] as number))));
  return { x: recall.reverse(), y: precision.reverse(), thresholds: thresholds.slice().reverse() };
}
