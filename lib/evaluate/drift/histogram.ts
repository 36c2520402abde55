import type { ScoreHistogram } from '../evaluation.js';
import { quantileOf } from '../metrics/quantile.js';

/**
 * Deciles, as is usual for population stability, and two more in the upper tail: few posts are flagged, so the last
 * tenth of the scores is where it matters.
 */
const SHARES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99];

/** A histogram over the scores' own quantiles. Scores that tie leave fewer bins. */
export function quantileHistogram(scores: Float64Array): ScoreHistogram {
  const sorted = scores.slice().sort();
  const inner = sorted.length === 0 ? [] : SHARES.map((share) => quantileOf(sorted, share));
  const edges = [0, ...[...new Set(inner)].filter((edge) => edge > 0 && edge < 1), 1];
  return { edges, counts: countBetween(scores, edges) };
}

/** Scores from each edge up to, not including, the next; the last bin has its upper edge too. */
export function countBetween(scores: Float64Array, edges: readonly number[]): number[] {
  const counts = new Array<number>(edges.length - 1).fill(0);
  for (const score of scores) {
    let low = 0;
    let high = counts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((edges[middle] as number) <= score) low = middle;
      else high = middle - 1;
    }
    counts[low] = (counts[low] ?? 0) + 1;
  }
  return counts;
}
