import type { BandGoal, ThresholdGoal } from '../../evaluate/thresholds/choice.js';
import { wrongCall } from '../wrong-call.js';

export const METHODS = ['grid', 'exact', 'precision', 'recall', 'budget', 'cost'] as const;
export type Method = (typeof METHODS)[number];

/** What the command line says about goals. */
export interface GoalOptions {
  readonly method: Method;
  readonly target?: number;
  readonly missCost?: number;
  readonly falseAlarmCost?: number;
  readonly reviewPrecision?: number;
  readonly reviewRecall?: number;
  readonly reviewBudget?: number;
  readonly reviewCost?: number;
}

/** The goal of the thresholds. Ends the command where options do not go together. */
export function goalOf({ method, target, missCost, falseAlarmCost }: GoalOptions): ThresholdGoal {
  const costs = missCost !== undefined && falseAlarmCost !== undefined;
  if (method !== 'cost' && (missCost !== undefined || falseAlarmCost !== undefined)) {
    wrongCall('--miss-cost and --false-alarm-cost go with --method cost');
  }
  const needsTarget = method === 'precision' || method === 'recall' || method === 'budget';
  if (needsTarget !== (target !== undefined)) {
    wrongCall(needsTarget ? `--method ${method} needs --target` : `--method ${method} takes no --target`);
  }
  const reach = target ?? 0;
  switch (method) {
    case 'grid':
      return { kind: 'f1-grid' };
    case 'exact':
      return { kind: 'f1' };
    case 'precision':
      return { kind: 'precision', atLeast: reach };
    case 'recall':
      return { kind: 'recall', atLeast: reach };
    case 'budget':
      return { kind: 'budget', share: reach };
    case 'cost':
      if (!costs) wrongCall('--method cost needs --miss-cost and --false-alarm-cost');
      return { kind: 'cost', miss: missCost, falseAlarm: falseAlarmCost };
  }
}

/** The goal of the review band. Ends the command where options do not go together. */
export function bandOf(options: GoalOptions): BandGoal {
  const { method, missCost, falseAlarmCost, reviewPrecision, reviewRecall, reviewBudget, reviewCost } =
    options;
  const ways = [reviewRecall, reviewBudget, reviewCost].filter((value) => value !== undefined).length;
  if (ways > 1) wrongCall('give one of --review-recall, --review-budget and --review-cost');
  if (reviewCost !== undefined) {
    if (method !== 'cost' || missCost === undefined || falseAlarmCost === undefined) {
      wrongCall('--review-cost goes with --method cost, --miss-cost and --false-alarm-cost');
    }
    if (reviewPrecision !== undefined) wrongCall('--review-cost takes no --review-precision');
    return { kind: 'cost', miss: missCost, falseAlarm: falseAlarmCost, review: reviewCost };
  }
  if (ways === 0 && reviewPrecision === undefined) return { kind: 'none' };
  if (reviewPrecision === undefined) {
    wrongCall(
      'a review band needs --review-precision: how often a post that is flagged without review is right',
    );
  }
  if (reviewRecall !== undefined)
    return { kind: 'targets', precision: reviewPrecision, recall: reviewRecall };
  if (reviewBudget !== undefined) return { kind: 'budget', precision: reviewPrecision, share: reviewBudget };
  return wrongCall('--review-precision needs --review-recall or --review-budget beside it');
}
