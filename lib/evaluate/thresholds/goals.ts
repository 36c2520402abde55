import type { ThresholdGoal } from './choice.js';
import type { Cuts } from './cuts.js';
import { GRID, UNCALIBRATED } from './grid.js';

/** A threshold, or why there is none and the cut that comes nearest. */
export type Found =
  | { readonly kind: 'found'; readonly threshold: number }
  | { readonly kind: 'fallback'; readonly threshold: number; readonly reason: string }
  | { readonly kind: 'unreachable'; readonly reason: string; readonly closest: number | null };

/** @param budgetRows rows that a class may flag under a budget, see `sharedRows` */
export function reachGoal(cuts: Cuts, goal: ThresholdGoal, budgetRows: number): Found {
  if (goal.kind === 'budget') {
    return found(cuts, cuts.cutOfRows(budgetRows), 'More posts than the budget have the probability 1.');
  }
  if (cuts.positives === 0) {
    const reason = 'The data has no positive of this class.';
    if (goal.kind !== 'f1-grid') return { kind: 'unreachable', reason, closest: null };
    return {
      kind: 'fallback',
      threshold: UNCALIBRATED,
      reason: `${reason} The original's ${UNCALIBRATED} holds.`,
    };
  }
  switch (goal.kind) {
    case 'f1-grid':
      return { kind: 'found', threshold: bestOfGrid(cuts) };
    case 'f1':
      return found(
        cuts,
        bestCut(cuts, 1, (cut) => cuts.f1(cut)),
      );
    case 'precision':
      return precisionGoal(cuts, goal.atLeast);
    case 'recall':
      return found(cuts, recallCut(cuts, goal.atLeast));
    case 'cost': {
      const cost = (cut: number) =>
        goal.miss * (cuts.positives - cuts.tp(cut)) + goal.falseAlarm * cuts.fp(cut);
      const first = cuts.threshold(0) === null ? 1 : 0;
      return found(
        cuts,
        bestCut(cuts, first, (cut) => -cost(cut)),
      );
    }
  }
}

/** The original's rule: the lowest of the grid's thresholds with the best F1. */
function bestOfGrid(cuts: Cuts): number {
  let best = GRID[0] as number;
  for (const threshold of GRID) {
    if (cuts.f1(cuts.cutAt(threshold)) > cuts.f1(cuts.cutAt(best))) best = threshold;
  }
  return best;
}

function precisionGoal(cuts: Cuts, atLeast: number): Found {
  const cut = precisionCut(cuts, atLeast);
  if (cut !== null) return found(cuts, cut);
  const best = bestCut(cuts, 1, (candidate) => cuts.precision(candidate));
  return {
    kind: 'unreachable',
    reason: `No threshold reaches a precision of ${atLeast}; the best is ${cuts.precision(best).toFixed(4)}.`,
    closest: cuts.threshold(best),
  };
}

/** The cut with the largest recall whose precision is high enough; of equal recall that with the fewest flags. */
export function precisionCut(cuts: Cuts, atLeast: number): number | null {
  let best: number | null = null;
  for (let cut = 1; cut <= cuts.last; cut++) {
    if (cuts.precision(cut) < atLeast) continue;
    if (best === null || cuts.tp(cut) > cuts.tp(best)) best = cut;
  }
  return best;
}

/** The cut with the fewest flags whose recall is high enough. Cut 0 flags nothing and is none. */
export function recallCut(cuts: Cuts, atLeast: number): number {
  let low = 1;
  let high = cuts.last;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cuts.recall(middle) >= atLeast) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The first cut, from `first` on, of the highest value: the highest threshold. */
function bestCut(cuts: Cuts, first: number, scoreOf: (cut: number) => number): number {
  let best = first;
  let value = scoreOf(first);
  for (let cut = first + 1; cut <= cuts.last; cut++) {
    const next = scoreOf(cut);
    if (next <= value) continue;
    best = cut;
    value = next;
  }
  return best;
}

function found(cuts: Cuts, cut: number, reason = 'No threshold flags so little.'): Found {
  const threshold = cuts.threshold(cut);
  return threshold === null ? { kind: 'unreachable', reason, closest: null } : { kind: 'found', threshold };
}
