/** The result of comparing two sets of predictions on the same rows. Plain JSON, as {@link Evaluation} is. */
import type {
  BootstrapSection,
  DataSection,
  Figure,
  ModelSection,
  ThresholdsSection,
} from '../evaluation.js';

export const COMPARISON_FORMAT = 1;

export interface Comparison {
  readonly format: typeof COMPARISON_FORMAT;
  /** ISO 8601. */
  readonly created: string;
  /** `unjudged` counts rows that either side could not judge; both sides are compared on the rest. */
  readonly data: DataSection;
  /** The present one. */
  readonly a: ComparedSide;
  /** The candidate. */
  readonly b: ComparedSide;
  readonly bootstrap: BootstrapSection | null;
  /** Every metric, overall ones first, then by class. */
  readonly metrics: readonly MetricDifference[];
  /** Per class, then any harmful (class null). */
  readonly flips: readonly FlipCounts[];
  /** Largest and mean absolute difference of probabilities, per class. */
  readonly probabilities: readonly { readonly class: string; readonly max: number; readonly mean: number }[];
}

export interface ComparedSide {
  readonly model: ModelSection;
  readonly thresholds: ThresholdsSection;
}

/** Metrics of all classes together: scikit-learn's names, joined by a dot. */
export const OVERALL_METRICS = [
  'f1.macro',
  'f1.micro',
  'f1.weighted',
  'f1.samples',
  'precision.macro',
  'precision.micro',
  'precision.weighted',
  'precision.samples',
  'recall.macro',
  'recall.micro',
  'recall.weighted',
  'recall.samples',
  'rocAuc.macro',
  'rocAuc.micro',
  'rocAuc.macroDefined',
  'averagePrecision.macro',
  'averagePrecision.micro',
  'averagePrecision.macroDefined',
  'subsetAccuracy',
  'hammingLoss',
  'logLoss',
] as const;
export type OverallMetric = (typeof OVERALL_METRICS)[number];

/** Metrics of one class, or of any class against none (which has no brier, logLoss and ece). */
export const TARGET_METRICS = [
  'precision',
  'recall',
  'f1',
  'falsePositiveRate',
  'falseNegativeRate',
  'flagRate',
  'rocAuc',
  'averagePrecision',
  'brier',
  'logLoss',
  'ece',
] as const;
export type TargetMetric = (typeof TARGET_METRICS)[number];

/** Metrics where less is better; `flagRate` is neither. */
export const LOWER_IS_BETTER: ReadonlySet<string> = new Set<OverallMetric | TargetMetric>([
  'hammingLoss',
  'logLoss',
  'brier',
  'ece',
  'falsePositiveRate',
  'falseNegativeRate',
]);

export interface MetricDifference {
  readonly metric: OverallMetric | TargetMetric;
  /** `overall`; `any` harmful; or one class. */
  readonly scope: 'overall' | 'any' | 'class';
  /** The name of the class, when the scope is one. */
  readonly class: string | null;
  readonly a: number | null;
  readonly b: number | null;
  /** b - a, with the interval of the paired bootstrap: both sides are resampled by the same rows. */
  readonly difference: Figure;
}

/** Rows whose prediction changed from a to b. */
export interface FlipCounts {
  /** Null: any harmful. */
  readonly class: string | null;
  /** Not flagged by a, flagged by b. */
  readonly up: FlipDirection;
  /** Flagged by a, not by b. */
  readonly down: FlipDirection;
  /** McNemar's test on the rows that one side alone gets right; null without labels. */
  readonly mcnemar: McNemar | null;
}

export interface FlipDirection {
  readonly rows: number;
  /** Of these, rows that now agree with their label; null without labels. */
  readonly corrected: number | null;
  /**
   * The first of them by how far the probability moved, as indices into the compared rows; at most the number asked
   * for. The caller turns them into ids.
   */
  readonly examples: readonly number[];
}

export interface McNemar {
  /** Rows that a alone gets right. */
  readonly onlyA: number;
  readonly onlyB: number;
  /** Two-sided exact binomial p-value of the two being equally likely. */
  readonly pValue: number;
}
