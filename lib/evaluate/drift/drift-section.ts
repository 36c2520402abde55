import type { ClassDrift, ClassSection, DriftSection, Evaluation } from '../evaluation.js';
import { flagsOf } from '../metrics/flags.js';
import type { Scores } from '../scores.js';
import { countBetween } from './histogram.js';
import {
  cumulativeDistance,
  driftLevel,
  PSI_LIMITS,
  populationStability,
  stabilityByChance,
} from './stability.js';

/**
 * How far the scores have moved since an earlier evaluation, whose JSON is enough. The flag rate of both is at the
 * thresholds that each was made with.
 *
 * @throws RangeError when the baseline lacks a class, or one side has no rows
 */
export function driftSection(
  scores: Scores,
  thresholds: Parameters<typeof flagsOf>[1],
  baseline: Evaluation,
): DriftSection {
  const flags = flagsOf(scores, thresholds);
  const classes = scores.classNames.map((name, index) => {
    const before = baseline.classes.find((section) => section.name === name);
    if (before === undefined) throw new RangeError(`The baseline has no class ${name}.`);
    const flagged = flags[index]?.reduce((sum, flag) => sum + flag, 0) ?? 0;
    return classDrift(before, scores.probabilities[index] as Float64Array, flagged);
  });
  return {
    baseline: { name: baseline.data.name, created: baseline.created, rows: baseline.data.judged },
    limits: PSI_LIMITS,
    classes,
  };
}

function classDrift(before: ClassSection, scores: Float64Array, flagged: number): ClassDrift {
  const { edges, counts: baselineCounts } = before.scores.histogram;
  const baselineRows = baselineCounts.reduce((sum, count) => sum + count, 0);
  if (scores.length === 0 || baselineRows === 0) throw new RangeError('Drift needs rows on both sides.');
  const counts = countBetween(scores, edges);
  const psi = populationStability(baselineCounts, counts);
  const byChance = stabilityByChance(counts.length, baselineRows, scores.length);
  return {
    name: before.name,
    psi,
    byChance,
    level: driftLevel(psi, byChance),
    ks: cumulativeDistance(baselineCounts, counts),
    flagRate: { baseline: before.scores.flagRate.value, now: flagged / scores.length },
    edges,
    baselineCounts,
    counts,
  };
}
