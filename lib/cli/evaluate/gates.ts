/** Limits on what may change from A to B. */
import type { Comparison, OverallMetric } from '../../evaluate/comparison/comparison.js';
import type { Figure } from '../../evaluate/evaluation.js';

export interface GateOptions {
  /** Share of all labels, rows times classes, that may flip. */
  readonly maxFlips?: number;
  /** Share of the rows that A flags by any class and B by none. */
  readonly maxReleased?: number;
  readonly maxProbabilityDifference?: number;
  /** Macro F1 of B minus that of A. */
  readonly minF1Difference?: number;
  /** Macro recall of B minus that of A. */
  readonly minRecallDifference?: number;
  /** Macro ROC-AUC of B minus that of A. */
  readonly minAucDifference?: number;
  /** Whether the whole interval has to hold, not the value alone. */
  readonly byInterval: boolean;
}

export interface Gate {
  readonly name: string;
  /** Null: undefined on this data, which fails the gate. */
  readonly value: number | null;
  readonly limit: number;
  readonly passed: boolean;
}

/** Every gate that was asked for, in a fixed order. */
export function gatesOf(comparison: Comparison, options: GateOptions): Gate[] {
  const { flips, data, probabilities } = comparison;
  const perClass = flips.filter((flip) => flip.class !== null);
  const flipped = perClass.reduce((sum, { up, down }) => sum + up.rows + down.rows, 0);
  const any = flips.find((flip) => flip.class === null);
  const share = (count: number, whole: number) => (whole === 0 ? null : count / whole);
  const moved = probabilities.length === 0 ? null : Math.max(...probabilities.map(({ max }) => max));
  return [
    ...atMost('flips', share(flipped, data.judged * perClass.length), options.maxFlips),
    ...atMost('released', share(any?.down.rows ?? 0, data.judged), options.maxReleased),
    ...atMost('probability difference', moved, options.maxProbabilityDifference),
    ...atLeast('F1 difference', comparison, 'f1.macro', options.minF1Difference, options),
    ...atLeast('recall difference', comparison, 'recall.macro', options.minRecallDifference, options),
    ...atLeast('ROC-AUC difference', comparison, 'rocAuc.macroDefined', options.minAucDifference, options),
  ];
}

function atMost(name: string, value: number | null, limit: number | undefined): Gate[] {
  if (limit === undefined) return [];
  return [{ name, value, limit, passed: value !== null && value <= limit }];
}

function atLeast(
  name: string,
  { metrics }: Comparison,
  metric: OverallMetric,
  limit: number | undefined,
  { byInterval }: GateOptions,
): Gate[] {
  if (limit === undefined) return [];
  const found = metrics.find((entry) => entry.scope === 'overall' && entry.metric === metric);
  const value = found === undefined ? null : lowest(found.difference, byInterval);
  return [{ name, value, limit, passed: value !== null && value >= limit }];
}

function lowest({ value, low }: Figure, byInterval: boolean): number | null {
  return byInterval ? low : value;
}
