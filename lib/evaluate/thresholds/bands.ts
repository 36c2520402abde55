import type { BandGoal, ReviewBand } from './choice.js';
import type { Cuts } from './cuts.js';
import { precisionCut, recallCut } from './goals.js';

export type FoundBand =
  | { readonly kind: 'found'; readonly band: ReviewBand }
  | { readonly kind: 'unreachable'; readonly reason: string };

/** @param reviewRows rows that a class may send to review under a budget, see `sharedRows` */
export function reachBand(cuts: Cuts, goal: BandGoal, threshold: number, reviewRows: number): FoundBand {
  if (goal.kind === 'none') return { kind: 'found', band: { from: threshold, to: threshold } };
  if (cuts.positives === 0) {
    return { kind: 'unreachable', reason: 'A review band needs positives; the data has none of this class.' };
  }
  if (goal.kind === 'cost') return { kind: 'found', band: cheapestBand(cuts, goal) };
  const upper = precisionCut(cuts, goal.precision);
  if (upper === null) {
    return {
      kind: 'unreachable',
      reason: `No upper bound reaches a precision of ${goal.precision}, so nothing could be flagged without review.`,
    };
  }
  const lower =
    goal.kind === 'targets' ? recallCut(cuts, goal.recall) : cuts.cutOfRows(cuts.flagged(upper) + reviewRows);
  // Where the upper bound alone has the wanted recall, nothing is left to review.
  return { kind: 'found', band: bandOf(cuts, Math.max(lower, upper), upper) };
}

/**
 * The bounds of least cost. A bound costs what it costs whatever the other is, so one pass over the lower bound suffices
 * that remembers the best upper bound so far; of equal costs the highest bounds.
 */
function cheapestBand(
  cuts: Cuts,
  { miss, falseAlarm, review }: Extract<BandGoal, { kind: 'cost' }>,
): ReviewBand {
  const upperCost = (cut: number) => falseAlarm * cuts.fp(cut) - review * cuts.flagged(cut);
  const lowerCost = (cut: number) => miss * (cuts.positives - cuts.tp(cut)) + review * cuts.flagged(cut);
  const firstLower = cuts.threshold(0) === null ? 1 : 0;
  let upper = 0;
  let best = { lower: firstLower, upper: 0, cost: Number.POSITIVE_INFINITY };
  for (let lower = firstLower; lower <= cuts.last; lower++) {
    if (upperCost(lower) < upperCost(upper)) upper = lower;
    const cost = lowerCost(lower) + upperCost(upper);
    if (cost < best.cost) best = { lower, upper, cost };
  }
  return bandOf(cuts, best.lower, best.upper);
}

function bandOf(cuts: Cuts, lower: number, upper: number): ReviewBand {
  const from = cuts.threshold(lower) ?? 1;
  if (upper === lower) return { from, to: from };
  return { from, to: upper === 0 ? null : cuts.threshold(upper) };
}
