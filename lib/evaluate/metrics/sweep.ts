import type { SweepSection } from '../evaluation.js';
import { f1Of, precisionOf, recallOf } from './confusion.js';
import type { CumulativeCounts } from './curves.js';

/** Steps of the thresholds 0, 0.005 ... 1. */
const STEPS = 200;

/** What thresholds at even distances would do. */
export function sweepOf({ thresholds, tp, fp, positives, negatives }: CumulativeCounts): SweepSection {
  const rows = positives + negatives;
  const grid = Array.from({ length: STEPS + 1 }, (_, step) => step / STEPS);
  let index = thresholds.length - 1;
  const points = grid.map((threshold) => {
    while (index > 0 && (thresholds[index] as number) < threshold) index--;
    const hits = tp[index] as number;
    const alarms = fp[index] as number;
    return {
      precision: precisionOf(hits, alarms),
      recall: recallOf(hits, positives - hits),
      f1: f1Of(hits, alarms, positives - hits),
      flagRate: rows === 0 ? 0 : (hits + alarms) / rows,
    };
  });
  return {
    thresholds: grid,
    precision: points.map(({ precision }) => precision),
    recall: points.map(({ recall }) => recall),
    f1: points.map(({ f1 }) => f1),
    flagRate: points.map(({ flagRate }) => flagRate),
  };
}
