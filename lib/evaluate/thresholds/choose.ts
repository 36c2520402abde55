import type { Combination } from '../../contract/modality.js';
import { checkScores, type LabelledScores, rowsByCombination, selectRows } from '../scores.js';
import { type FoundBand, reachBand } from './bands.js';
import { checkOptions } from './check-options.js';
import type { BandGoal, ChooseOptions, ClassChoice, ThresholdChoices, ThresholdGoal } from './choice.js';
import { Cuts } from './cuts.js';
import { type Found, precisionCut, reachGoal } from './goals.js';
import { sharedRows } from './shared-budget.js';

/** Positives and negatives that a combination needs for thresholds of its own. */
export const MINIMUM_EXAMPLES = 50;

/**
 * Thresholds and review bands per class that reach the goals on these rows, for all of them and, when asked for, for
 * each combination of modalities. What cannot be reached is told in the choice and never replaced.
 *
 * @throws RangeError for goals out of range or about unknown classes, and for columns that do not fit together
 */
export function chooseThresholds(scores: LabelledScores, options: ChooseOptions): ThresholdChoices {
  checkScores(scores);
  if (scores.rows === 0) throw new RangeError('Thresholds cannot be chosen without rows.');
  checkOptions(options, scores.classNames);
  const all = chooseAll(scores, options);
  if (!options.byCombination) return { all, byCombination: {} };
  const byCombination: Partial<Record<Combination, readonly ClassChoice[]>> = {};
  for (const [combination, rows] of rowsByCombination(scores)) {
    const part = selectRows(scores, rows);
    const own = chooseAll(part, options);
    byCombination[combination] = own.map((choice, index) =>
      enoughExamples(choice, options)
        ? choice
        : fallBack(part, index, all[index] as ClassChoice, combination, options),
    );
  }
  return { all, byCombination };
}

function chooseAll(scores: LabelledScores, options: ChooseOptions): ClassChoice[] {
  const { classNames, rows, probabilities, labels } = scores;
  const goals = classNames.map((name) => options.goals?.[name] ?? options.goal);
  const band = options.band ?? { kind: 'none' };
  const cuts = probabilities.map((column, index) => new Cuts(column, labels[index] as Uint8Array));
  const flagRows = budgets(goals, (share, members) =>
    sharedRows(
      members.map((index) => ({
        cuts: cuts[index] as Cuts,
        scores: probabilities[index] as Float64Array,
        above: 0,
      })),
      share * rows,
      new Uint8Array(rows),
    ),
  );
  const reviewRows = reviewBudget(scores, cuts, band);
  return classNames.map((name, index) => {
    const own = cuts[index] as Cuts;
    const goal = goals[index] as ThresholdGoal;
    const found = reachGoal(own, goal, flagRows[index] as number);
    return choiceOf(name, goal, own, found, band, reviewRows);
  });
}

/** Rows per class for the classes with a budget: those that share a goal share the budget. */
function budgets(
  goals: readonly ThresholdGoal[],
  rowsOf: (share: number, members: readonly number[]) => number,
): number[] {
  const known = new Map<number, number>();
  return goals.map((goal) => {
    if (goal.kind !== 'budget') return 0;
    const { share } = goal;
    const members = goals.flatMap((other, index) =>
      other.kind === 'budget' && other.share === share ? [index] : [],
    );
    const rows = known.get(share) ?? rowsOf(share, members);
    known.set(share, rows);
    return rows;
  });
}

/** Rows per class below the upper bounds, such that the rows that no class flags stay within the budget. */
function reviewBudget(
  { rows, probabilities }: LabelledScores,
  cuts: readonly Cuts[],
  band: BandGoal,
): number {
  if (band.kind !== 'budget') return 0;
  const settled = new Uint8Array(rows);
  const claimants = cuts.flatMap((own, index) => {
    const scores = probabilities[index] as Float64Array;
    const above = own.positives === 0 ? null : precisionCut(own, band.precision);
    if (above === null) return [];
    const upper = own.threshold(above) ?? 0;
    scores.forEach((score, row) => {
      if (score >= upper) settled[row] = 1;
    });
    return [{ cuts: own, scores, above }];
  });
  return sharedRows(claimants, band.share * rows, settled);
}

function choiceOf(
  name: string,
  goal: ThresholdGoal,
  cuts: Cuts,
  found: Found,
  bandGoal: BandGoal,
  reviewRows: number,
): ClassChoice {
  const base = { class: name, goal, rows: cuts.rows, positives: cuts.positives };
  const unreachable = { ...base, status: 'unreachable', threshold: null, band: null, outcome: null } as const;
  if (found.kind === 'unreachable') {
    const closest = found.closest === null ? null : cuts.outcome(found.closest);
    return { ...unreachable, reason: found.reason, bandOutcome: null, closest };
  }
  const band: FoundBand = reachBand(cuts, bandGoal, found.threshold, reviewRows);
  if (band.kind === 'unreachable') {
    return { ...unreachable, reason: band.reason, bandOutcome: null, closest: cuts.outcome(found.threshold) };
  }
  const { from, to } = band.band;
  const threshold = Math.min(Math.max(found.threshold, from), to ?? 1);
  const moved = cuts.cutAt(threshold) !== cuts.cutAt(found.threshold);
  const reasons = [
    ...(found.kind === 'fallback' ? [found.reason] : []),
    ...(moved
      ? [`The goal's threshold ${found.threshold} lies outside of the review band and was moved to it.`]
      : []),
  ];
  return {
    ...base,
    status: reasons.length > 0 ? 'fallback' : 'reached',
    reason: reasons.length > 0 ? reasons.join(' ') : null,
    threshold,
    band: band.band,
    outcome: cuts.outcome(threshold),
    bandOutcome: cuts.bandOutcome(band.band),
    closest: null,
  };
}

function enoughExamples(
  { rows, positives }: ClassChoice,
  { minimumExamples = MINIMUM_EXAMPLES }: ChooseOptions,
) {
  return positives >= minimumExamples && rows - positives >= minimumExamples;
}

/** The choice of all rows, with what it does on these. */
function fallBack(
  { classNames, probabilities, labels }: LabelledScores,
  index: number,
  all: ClassChoice,
  combination: Combination,
  { minimumExamples = MINIMUM_EXAMPLES }: ChooseOptions,
): ClassChoice {
  const cuts = new Cuts(probabilities[index] as Float64Array, labels[index] as Uint8Array);
  const negatives = cuts.rows - cuts.positives;
  const few = `${cuts.positives} positives and ${negatives} negatives with ${combination}, ${minimumExamples} of each needed`;
  return {
    ...all,
    class: classNames[index] as string,
    rows: cuts.rows,
    positives: cuts.positives,
    status: all.threshold === null ? 'unreachable' : 'fallback',
    reason: `${few}: the threshold of all rows holds.${all.reason === null ? '' : ` ${all.reason}`}`,
    outcome: all.threshold === null ? null : cuts.outcome(all.threshold),
    bandOutcome: all.band && cuts.bandOutcome(all.band),
  };
}
