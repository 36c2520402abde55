/**
 * The result of an evaluation: what the commands write as JSON, what the report renders, what a later run takes as its
 * baseline. Plain JSON: no NaN, no infinity, no typed array. Arrays named `classes` follow the order of `data.classes`.
 */
import type { Combination } from '../contract/modality.js';

export const EVALUATION_FORMAT = 1;

/** Why a figure has no value. */
export type UndefinedReason =
  | 'no-rows'
  /** The column holds no positive: recall, ROC-AUC and average precision have nothing to rank. */
  | 'no-positives'
  | 'no-negatives'
  /** Some class of the average is undefined. */
  | 'class-undefined'
  /** Fewer rows, positives or negatives than the stated minimum. */
  | 'too-few';

/** A measured value with its interval. */
export interface Figure {
  /** Null where it is undefined; `reason` then tells why. */
  readonly value: number | null;
  /** Bounds of the bootstrap percentile interval; null without a bootstrap, or where most resamples are undefined. */
  readonly low: number | null;
  readonly high: number | null;
  readonly reason?: UndefinedReason;
}

export interface Evaluation {
  readonly format: typeof EVALUATION_FORMAT;
  /** ISO 8601. */
  readonly created: string;
  readonly data: DataSection;
  readonly model: ModelSection;
  /** What the answers rest on: one threshold per class, and others for some combinations of modalities. */
  readonly thresholds: ThresholdsSection;
  /** How the intervals were made; null: there are none. */
  readonly bootstrap: BootstrapSection | null;
  readonly classes: readonly ClassSection[];
  /** Null without labels. */
  readonly summary: Summary | null;
  /** Counts of what the policy would do; absent when none was given. */
  readonly decisions?: DecisionsSection;
  /** Posts by the modalities that they have: disjoint slices of the same data. */
  readonly combinations: readonly Slice[];
  /** The posts that have text and image, judged whole and with one modality withheld. */
  readonly ablation?: readonly Slice[];
  /** One entry per group column. */
  readonly fairness?: readonly FairnessSection[];
  readonly drift?: DriftSection;
  /** Sentences that differ in one term alone. */
  readonly counterfactuals?: CounterfactualSection;
  /** Live traffic over time; absent for data without times. */
  readonly timeline?: readonly TimelineEntry[];
}

export interface DataSection {
  /** What people call it: a file name. */
  readonly name: string;
  /** SHA-256 of the labelled data, in hexadecimal digits. */
  readonly sha256: string;
  /** False for live traffic: then every figure that needs labels is null or absent. */
  readonly labelled: boolean;
  /** Rows of the data: judged plus unjudged. */
  readonly rows: number;
  /** Rows that every figure rests on. */
  readonly judged: number;
  /** Rows without an answer, by error code. They are in no figure; none is counted as harmless. */
  readonly unjudged: { readonly rows: number; readonly byCode: Readonly<Record<string, number>> };
  /** Class names. */
  readonly classes: readonly string[];
  /** Positives per class among the judged rows; null without labels. */
  readonly prevalence: readonly { readonly positives: number; readonly share: number }[] | null;
  /** Judged rows with at least one label; null without labels. */
  readonly harmful: number | null;
  /** Judged rows by modalities. */
  readonly byCombination: Readonly<Partial<Record<Combination, number>>>;
  /** What answers do not rest on; absent where it is not known. */
  readonly unseen?: UnseenSection;
}

export interface UnseenSection {
  /** Judged rows by code of docs/unseen.md. */
  readonly byCode: Readonly<Record<string, number>>;
  /** Judged rows that the default rules send to review for it. */
  readonly review: number;
}

export interface ModelSection {
  readonly name: string;
  /** SHA-256 of the pack's manifest; null when the endpoint did not tell. */
  readonly pack: string | null;
  readonly precision: string | null;
  /** True for the model that ships with the project: its figures mean nothing about real posts. */
  readonly demonstration: boolean;
}

export interface ThresholdsSection {
  /** Per class, in the order of `data.classes`: predicted when probability >= threshold. */
  readonly all: readonly number[];
  /** Replaces `all` for posts of these modalities. */
  readonly byCombination?: Readonly<Partial<Record<Combination, readonly number[]>>>;
  /** Where they come from, one sentence. */
  readonly source: string;
}

export interface BootstrapSection {
  readonly samples: number;
  readonly seed: number;
  /** Coverage of the intervals, 0.95. */
  readonly confidence: number;
}

export interface ClassSection {
  readonly name: string;
  /** The threshold for all posts; combinations may have others. */
  readonly threshold: number;
  readonly scores: ScoresSection;
  /** Null without labels. */
  readonly quality: ClassQuality | null;
  readonly curves: CurvesSection | null;
  readonly calibration: CalibrationSection | null;
}

/** How a class's probabilities are spread: needs no labels. */
export interface ScoresSection {
  /** Share of the judged rows that the class flags. */
  readonly flagRate: Figure;
  readonly mean: number | null;
  readonly histogram: ScoreHistogram;
}

/**
 * Counts of probabilities between edges: bin i holds edges[i] <= p < edges[i + 1], the last also p = 1. The edges are
 * quantiles of the data that made it, so that population stability can be told later from this alone.
 */
export interface ScoreHistogram {
  /** Rising, first 0, last 1; one more than counts. */
  readonly edges: readonly number[];
  readonly counts: readonly number[];
}

export interface Confusion {
  readonly tn: number;
  readonly fp: number;
  readonly fn: number;
  readonly tp: number;
}

/**
 * Figures of one binary question. Precision, recall and F1 are 0 where their denominator is 0 (zero_division=0), as
 * in the original; rates, areas and scores are null there.
 */
export interface BinaryQuality {
  /** Positives. */
  readonly support: number;
  readonly confusion: Confusion;
  readonly precision: Figure;
  readonly recall: Figure;
  readonly f1: Figure;
  /** False alarms among the negatives. */
  readonly falsePositiveRate: Figure;
  /** Misses among the positives. */
  readonly falseNegativeRate: Figure;
  readonly rocAuc: Figure;
  readonly averagePrecision: Figure;
}

export interface ClassQuality extends BinaryQuality {
  /** Mean squared error of the probability. */
  readonly brier: Figure;
  /** Mean negative log-likelihood, natural logarithm. */
  readonly logLoss: Figure;
  /** Expected calibration error over the equal-width bins of {@link CalibrationSection}. */
  readonly ece: Figure;
}

/** The names are scikit-learn's: averages over classes, over all cells, by support, and over rows. */
export interface Averages {
  readonly macro: Figure;
  readonly micro: Figure;
  readonly weighted: Figure;
  readonly samples: Figure;
}

export interface RankingAverages {
  /** Undefined when it is so for one class, as scikit-learn's. */
  readonly macro: Figure;
  readonly micro: Figure;
  /** Mean over the classes where it is defined. */
  readonly macroDefined: Figure;
  /** Names of the classes that `macroDefined` leaves out. */
  readonly undefinedClasses: readonly string[];
}

export interface Summary {
  readonly f1: Averages;
  readonly precision: Averages;
  readonly recall: Averages;
  readonly rocAuc: RankingAverages;
  readonly averagePrecision: RankingAverages;
  /** Share of rows whose every class is right. */
  readonly subsetAccuracy: Figure;
  /** Share of wrong cells. */
  readonly hammingLoss: Figure;
  /** Mean over rows and classes, the training loss of the original. */
  readonly logLoss: Figure;
  /** Any class against none. Its score is the largest probability of a row. */
  readonly anyHarmful: BinaryQuality;
}

/** At most 400 points a curve: what is left out lies within a thousandth of the line drawn, where 400 allow that. */
export interface CurvesSection {
  /** From (0, 0) to (1, 1); a threshold of null flags nothing. Null for single-class columns. */
  readonly roc: {
    readonly falsePositiveRate: readonly number[];
    readonly truePositiveRate: readonly number[];
    readonly thresholds: readonly (number | null)[];
  } | null;
  /** From all flagged to recall 0, precision 1, whose threshold is null. Null without positives. */
  readonly precisionRecall: {
    readonly precision: readonly number[];
    readonly recall: readonly number[];
    readonly thresholds: readonly (number | null)[];
  } | null;
  readonly sweep: SweepSection;
}

/** What a threshold would do, at rising thresholds. */
export interface SweepSection {
  readonly thresholds: readonly number[];
  readonly precision: readonly number[];
  readonly recall: readonly number[];
  readonly f1: readonly number[];
  /** Share of rows at or above the threshold. */
  readonly flagRate: readonly number[];
}

export interface CalibrationSection {
  readonly equalWidth: ReliabilitySection;
  readonly equalMass: ReliabilitySection;
  /** The temperature that minimises the log loss on these rows, and what it gains; null where there is none. */
  readonly temperature: TemperatureSection | null;
}

export interface ReliabilitySection {
  readonly ece: number | null;
  readonly bins: readonly ReliabilityBin[];
}

export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  /** Null for empty bins. */
  readonly meanProbability: number | null;
  /** Share of positives; null for empty bins. */
  readonly positiveShare: number | null;
}

export interface TemperatureSection {
  /** T > 0: calibrated probability = sigmoid(logit(p) / T). Above 1 the model was too sure. */
  readonly temperature: number;
  readonly logLossBefore: number;
  readonly logLossAfter: number;
  readonly eceBefore: number;
  readonly eceAfter: number;
}

/** Rows by what the policy does with them. */
export interface DecisionsSection {
  readonly policy: string;
  readonly actions: readonly DecisionCount[];
  /** Share of the harmful rows that are allowed; null without labels. */
  readonly missed: Figure | null;
  /** Share of the harmless rows that are flagged without review; null without labels. */
  readonly wronglyFlagged: Figure | null;
}

export interface DecisionCount {
  readonly action: 'allow' | 'review' | 'flag';
  readonly rows: number;
  readonly share: Figure;
  /** Rows with at least one label; null without labels. */
  readonly harmful: number | null;
}

/** The figures of a part of the data, or of the same data judged otherwise. */
export interface Slice {
  readonly name: Combination;
  readonly rows: number;
  readonly classes: readonly SliceClass[];
  /** Null without labels. */
  readonly summary: Summary | null;
}

export interface SliceClass {
  readonly name: string;
  readonly threshold: number;
  readonly flagRate: Figure;
  /** Null without labels. */
  readonly quality: ClassQuality | null;
}

/** One group column, after Borkan et al. 2019, "Nuanced Metrics for Measuring Unintended Bias". */
export interface FairnessSection {
  /** The column's name. */
  readonly column: string;
  /** Groups with fewer rows get no figures; figures over fewer than 10 positives or negatives are 'too-few' as well. */
  readonly minimumRows: number;
  /** Per class, then for any class. */
  readonly targets: readonly FairnessTarget[];
  /** Rows in no group. */
  readonly ungrouped: number;
}

export interface FairnessTarget {
  /** A class name, or null: any harmful. */
  readonly class: string | null;
  readonly groups: readonly GroupQuality[];
  /** Generalised mean (power -5) over the groups where the area is defined: the worst groups weigh most. */
  readonly generalisedMean: {
    readonly subgroupAuc: Figure;
    readonly bpsnAuc: Figure;
    readonly bnspAuc: Figure;
  };
  /** Largest minus smallest rate over the groups with enough rows. */
  readonly gap: { readonly falsePositiveRate: Figure; readonly falseNegativeRate: Figure };
}

export interface GroupQuality {
  readonly group: string;
  readonly rows: number;
  readonly positives: number;
  /** ROC-AUC within the group. */
  readonly subgroupAuc: Figure;
  /** Background positives against the group's negatives: low when harmless posts of the group score too high. */
  readonly bpsnAuc: Figure;
  /** Background negatives against the group's positives: low when harmful posts of the group score too low. */
  readonly bnspAuc: Figure;
  readonly falsePositiveRate: Figure;
  readonly falseNegativeRate: Figure;
  readonly flagRate: Figure;
}

export type DriftLevel = 'stable' | 'moderate' | 'major';

export interface DriftSection {
  readonly baseline: { readonly name: string; readonly created: string; readonly rows: number };
  /** Rule of thumb: below `moderate` stable, from `major` on act. */
  readonly limits: { readonly moderate: number; readonly major: number };
  readonly classes: readonly ClassDrift[];
}

export interface ClassDrift {
  readonly name: string;
  /** Population stability index of the probabilities, 0 when nothing moved. */
  readonly psi: number;
  /** What two samples of these sizes from one population stay below 95 times in 100. At most this is stable. */
  readonly byChance: number;
  readonly level: DriftLevel;
  /** Largest distance between the cumulative shares at the histogram's edges, 0 to 1: a lower bound of KS. */
  readonly ks: number;
  readonly flagRate: { readonly baseline: number | null; readonly now: number | null };
  /** Counts of both over the baseline's edges. */
  readonly edges: readonly number[];
  readonly baselineCounts: readonly number[];
  readonly counts: readonly number[];
}

/** The same sentences with one term after another: equal scores show that the terms make no difference. */
export interface CounterfactualSection {
  readonly name: string;
  /** Sentences per term. */
  readonly templates: number;
  readonly attributes: readonly {
    /** What the terms have in common, e.g. religion. */
    readonly attribute: string;
    readonly classes: readonly TermGap[];
  }[];
}

export interface TermGap {
  readonly class: string;
  /** Largest minus smallest mean probability, 0 when the terms make no difference. */
  readonly gap: number;
  readonly terms: readonly {
    readonly term: string;
    readonly mean: number;
    /** Sentences at or above the threshold. */
    readonly flagged: number;
  }[];
}

/** The traffic of a period. */
export interface TimelineEntry {
  /** When the period begins, ISO 8601 in UTC. */
  readonly from: string;
  readonly judged: number;
  readonly unjudged: number;
  /** Share of the judged posts that each class flags, in the order of the classes; null without posts. */
  readonly flagRates: readonly (number | null)[];
  /** PSI of each class against the baseline; null without one, or with too few posts to tell. */
  readonly psi: readonly (number | null)[];
}
