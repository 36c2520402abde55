import type { ReliabilityBin, ReliabilitySection } from '../evaluation.js';
import { quantileOf } from '../metrics/quantile.js';

/** Bins of a reliability diagram: 15 (Guo et al. 2017). */
export const RELIABILITY_BINS = 15;

/** Bins of equal width over 0 to 1. */
export function equalWidthReliability(probabilities: Float64Array, labels: Uint8Array): ReliabilitySection {
  const edges = Array.from({ length: RELIABILITY_BINS + 1 }, (_, index) => index / RELIABILITY_BINS);
  return reliability(probabilities, labels, edges);
}

/** Bins that hold the same number of rows, as far as ties allow. */
export function equalMassReliability(probabilities: Float64Array, labels: Uint8Array): ReliabilitySection {
  const sorted = probabilities.slice().sort();
  if (sorted.length === 0) return { ece: null, bins: [] };
  const edges = Array.from({ length: RELIABILITY_BINS + 1 }, (_, index) =>
    quantileOf(sorted, index / RELIABILITY_BINS),
  );
  return reliability(probabilities, labels, [...new Set(edges)]);
}

/**
 * Mean probability against the share of positives, bin by bin, and their distance, weighted by rows (the expected
 * calibration error of Naeini et al. 2015). A bin is (from, to]; the first takes what lies at its lower edge.
 *
 * @param edges rising; outside values fall into the nearest bin
 */
export function reliability(
  probabilities: Float64Array,
  labels: Uint8Array,
  edges: readonly number[],
): ReliabilitySection {
  const inner = edges.slice(1, -1);
  const sums = Array.from({ length: inner.length + 1 }, () => ({ rows: 0, probability: 0, positives: 0 }));
  probabilities.forEach((value, row) => {
    const sum = sums[firstAtLeast(inner, value)];
    if (sum === undefined) return;
    sum.rows += 1;
    sum.probability += value;
    sum.positives += labels[row] as number;
  });
  const bins = sums.map(
    ({ rows, probability, positives }, index): ReliabilityBin => ({
      from: edges[index] ?? 0,
      to: edges[index + 1] ?? edges[index] ?? 1,
      rows,
      meanProbability: rows === 0 ? null : probability / rows,
      positiveShare: rows === 0 ? null : positives / rows,
    }),
  );
  const error = sums.reduce((sum, { probability, positives }) => sum + Math.abs(probability - positives), 0);
  return { ece: probabilities.length === 0 ? null : error / probabilities.length, bins };
}

/** Index of the first of rising values that is at least `value`; their number when none is. */
function firstAtLeast(values: readonly number[], value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
