/** From vectors of figures and their intervals to the sections of an {@link Evaluation}. */
import type { Interval } from './bootstrap/interval.js';
import type { OverallMetric, TargetMetric } from './comparison/comparison.js';
import type {
  BinaryQuality,
  ClassQuality,
  Confusion,
  Figure,
  RankingAverages,
  Summary,
  UndefinedReason,
} from './evaluation.js';
import { placeOf } from './metrics/quality-layout.js';

/** A vector of figures with intervals (none without a bootstrap). */
export interface MeasuredFigures {
  readonly values: Float64Array;
  readonly intervals: readonly Interval[] | null;
}

/** One figure; `reason` tells why when it is undefined. */
export function figureAt(
  { values, intervals }: MeasuredFigures,
  place: number,
  reason: UndefinedReason = 'no-rows',
): Figure {
  const value = values[place];
  if (value === undefined || Number.isNaN(value)) return { value: null, low: null, high: null, reason };
  const { low, high } = intervals?.[place] ?? { low: null, high: null };
  return { value, low, high };
}

/** Figures of target t: a class, or any harmful after the last class. */
export function binaryQuality(
  measured: MeasuredFigures,
  target: number,
  confusion: Confusion,
): BinaryQuality {
  const { tn, fp, fn, tp } = confusion;
  const reason = tn + fp + fn + tp === 0 ? 'no-rows' : tp + fn === 0 ? 'no-positives' : 'no-negatives';
  const at = (metric: TargetMetric) => figureAt(measured, placeOf.target(target, metric), reason);
  return {
    support: tp + fn,
    confusion,
    precision: at('precision'),
    recall: at('recall'),
    f1: at('f1'),
    falsePositiveRate: at('falsePositiveRate'),
    falseNegativeRate: at('falseNegativeRate'),
    rocAuc: at('rocAuc'),
    averagePrecision: at('averagePrecision'),
  };
}

export function classQuality(measured: MeasuredFigures, target: number, confusion: Confusion): ClassQuality {
  const at = (metric: TargetMetric) => figureAt(measured, placeOf.target(target, metric));
  return {
    ...binaryQuality(measured, target, confusion),
    brier: at('brier'),
    logLoss: at('logLoss'),
    ece: at('ece'),
  };
}

/** The summary of C classes, `confusion` being that of any harmful. */
export function summaryOf(
  measured: MeasuredFigures,
  classNames: readonly string[],
  confusion: Confusion,
): Summary {
  const at = (metric: OverallMetric, reason?: UndefinedReason) =>
    figureAt(measured, placeOf.overall(metric), reason);
  const averages = (name: 'f1' | 'precision' | 'recall') => ({
    macro: at(`${name}.macro`),
    micro: at(`${name}.micro`),
    weighted: at(`${name}.weighted`),
    samples: at(`${name}.samples`),
  });
  const ranking = (name: 'rocAuc' | 'averagePrecision'): RankingAverages => ({
    macro: at(`${name}.macro`, 'class-undefined'),
    micro: at(`${name}.micro`, confusion.tp + confusion.fn === 0 ? 'no-positives' : 'no-negatives'),
    macroDefined: at(`${name}.macroDefined`, 'class-undefined'),
    undefinedClasses: classNames.filter((_, index) =>
      Number.isNaN(measured.values[placeOf.target(index, name)]),
    ),
  });
  return {
    f1: averages('f1'),
    precision: averages('precision'),
    recall: averages('recall'),
    rocAuc: ranking('rocAuc'),
    averagePrecision: ranking('averagePrecision'),
    subsetAccuracy: at('subsetAccuracy'),
    hammingLoss: at('hammingLoss'),
    logLoss: at('logLoss'),
    anyHarmful: binaryQuality(measured, classNames.length, confusion),
  };
}
