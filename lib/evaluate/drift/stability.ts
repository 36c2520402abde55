import type { DriftLevel } from '../evaluation.js';

/** The rule of thumb of credit scoring (Siddiqi 2006): below 0.1 stable, from 0.25 on major. */
export const PSI_LIMITS = { moderate: 0.1, major: 0.25 } as const;

/**
 * Population stability index of counts over the same bins: the sum of (q - p) · ln(q / p), p being the shares of the
 * baseline. Half a row is added to every bin, so that an empty one has a finite share.
 */
export function populationStability(baseline: readonly number[], now: readonly number[]): number {
  const p = smoothedShares(baseline);
  const q = smoothedShares(now);
  return p.reduce((sum, before, bin) => {
    const after = q[bin] as number;
    return sum + (after - before) * Math.log(after / before);
  }, 0);
}

/**
 * The index that two samples of the same population stay below 95 times in 100: (1/n + 1/m) times the quantile of the
 * chi-square distribution of bins - 1 degrees of freedom (Yurdakul 2018), here by Wilson and Hilferty's approximation.
 */
export function stabilityByChance(bins: number, baselineRows: number, rows: number): number {
  const freedom = bins - 1;
  if (freedom < 1) return 0;
  const spread = 2 / (9 * freedom);
  const chiSquare = freedom * (1 - spread + NORMAL_95 * Math.sqrt(spread)) ** 3;
  return (1 / baselineRows + 1 / rows) * chiSquare;
}

const NORMAL_95 = 1.6448536269514722;

/** What chance explains is stable, however large: few rows move much. */
export function driftLevel(psi: number, byChance: number): DriftLevel {
  if (psi < PSI_LIMITS.moderate || psi <= byChance) return 'stable';
  return psi < PSI_LIMITS.major ? 'moderate' : 'major';
}

/** Largest distance between the cumulative shares at the inner edges: at most the Kolmogorov-Smirnov distance. */
export function cumulativeDistance(baseline: readonly number[], now: readonly number[]): number {
  const before = sumOf(baseline);
  const after = sumOf(now);
  let p = 0;
  let q = 0;
  let largest = 0;
  baseline.forEach((count, bin) => {
    p += count / before;
    q += (now[bin] ?? 0) / after;
    largest = Math.max(largest, Math.abs(p - q));
  });
  return largest;
}

export function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function smoothedShares(counts: readonly number[]): number[] {
  const total = sumOf(counts) + counts.length / 2;
  return counts.map((count) => (count + 0.5) / total);
}
