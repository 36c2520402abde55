/** What thresholds are chosen for, and what came of it. */
import type { Combination } from '../../contract/modality.js';
import type { Confusion, Figure } from '../evaluation.js';

/** What the threshold of a class is to reach on the data. Shares and rates are from 0 to 1. */
export type ThresholdGoal =
  /** The original's: best F1 among 0.05, 0.10 ... 0.95, the lowest on a tie; 0.5 for a class without positives. */
  | { readonly kind: 'f1-grid' }
  /** Best F1 among all thresholds that tell two rows apart; the highest on a tie. */
  | { readonly kind: 'f1' }
  /** The largest recall at a precision of at least this. */
  | { readonly kind: 'precision'; readonly atLeast: number }
  /** The fewest flags at a recall of at least this. */
  | { readonly kind: 'recall'; readonly atLeast: number }
  /**
   * The most flags such that at most this share of the posts is flagged by any class. The classes that share the goal
   * get equal shares before overlaps.
   */
  | { readonly kind: 'budget'; readonly share: number }
  /** The least `miss` per false negative plus `falseAlarm` per false positive; the highest on a tie. */
  | { readonly kind: 'cost'; readonly miss: number; readonly falseAlarm: number };

/** Where people look at posts. */
export type BandGoal =
  /** Nowhere: both bounds are the threshold. */
  | { readonly kind: 'none' }
  /** From where recall is still at least `recall`, up to where precision is at least `precision`. */
  | { readonly kind: 'targets'; readonly precision: number; readonly recall: number }
  /**
   * Flagged from where precision is at least `precision`; below that as many posts as `share` of all posts are
   * reviewed, for all classes together.
   */
  | { readonly kind: 'budget'; readonly share: number; readonly precision: number }
  /**
   * The least cost: `miss` per harmful post allowed, `falseAlarm` per harmless post flagged, `review` per post
   * reviewed (the reviewer is taken to be right).
   */
  | { readonly kind: 'cost'; readonly miss: number; readonly falseAlarm: number; readonly review: number };

export interface ChooseOptions {
  readonly goal: ThresholdGoal;
  /** Other goals for some classes, by name. @default none */
  readonly goals?: Readonly<Record<string, ThresholdGoal>>;
  /** @default {kind: 'none'} */
  readonly band?: BandGoal;
  /** Whether combinations of modalities get thresholds of their own. @default false */
  readonly byCombination?: boolean;
  /**
   * Positives, and negatives, that a combination needs of a class to get a threshold of its own; with fewer it takes
   * that of all rows. @default 50
   */
  readonly minimumExamples?: number;
}

export interface ThresholdChoices {
  /** For all rows, per class in the order of the classes. */
  readonly all: readonly ClassChoice[];
  /** For the combinations that occur, when asked for. */
  readonly byCombination: Readonly<Partial<Record<Combination, readonly ClassChoice[]>>>;
}

export interface ClassChoice {
  readonly class: string;
  readonly goal: ThresholdGoal;
  readonly rows: number;
  readonly positives: number;
  /**
   * `reached`: on these rows. `fallback`: by the stated rule instead (too little data: the threshold of all rows; no
   * positives: the original's 0.5; outside of the band: its bound). `unreachable`: no threshold reaches the goal or the
   * band; nothing is put in its place.
   */
  readonly status: 'reached' | 'fallback' | 'unreachable';
  /** One sentence, when not reached. */
  readonly reason: string | null;
  /** Null when unreachable. */
  readonly threshold: number | null;
  /**
   * Null when unreachable. from <= threshold <= to: a threshold outside of the band is moved to its nearer bound, which
   * `reason` tells. A `to` of null flags nothing without a person.
   */
  readonly band: ReviewBand | null;
  /** What the threshold does on these rows; null when unreachable. */
  readonly outcome: OperatingPoint | null;
  /** What the band does on these rows, by this class alone; null when unreachable. */
  readonly bandOutcome: BandOutcome | null;
  /** When unreachable: the point nearest to the goal, for the message. */
  readonly closest: OperatingPoint | null;
}

export interface ReviewBand {
  readonly from: number;
  readonly to: number | null;
}

/** A threshold and what it does. Intervals are Wilson's, 95 %: they do not know that the data chose the threshold. */
export interface OperatingPoint {
  readonly threshold: number;
  readonly confusion: Confusion;
  readonly precision: Figure;
  readonly recall: Figure;
  readonly f1: number;
  /** Share of rows at or above the threshold. */
  readonly flagRate: number;
}

export interface BandOutcome {
  readonly allow: BandCount;
  readonly review: BandCount;
  readonly flag: BandCount;
}

export interface BandCount {
  readonly rows: number;
  readonly positives: number;
}
