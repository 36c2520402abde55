/** What `evaluate`, `compare` and the bootstrap take. */
import type { Combination } from '../contract/modality.js';
import type { Policy } from '../contract/policy.js';
import type { Evaluation, ModelSection, ThresholdsSection, UnseenSection } from './evaluation.js';
import type { Scores } from './scores.js';

/** The data that the scores are about. */
export interface DataInput {
  readonly name: string;
  readonly sha256: string;
  /** Rows without an answer by error code; they are told, never counted as harmless. @default none */
  readonly unjudged?: Readonly<Record<string, number>>;
  /** What answers do not rest on. @default it is not known */
  readonly unseen?: UnseenSection;
}

export interface EvaluateInput {
  readonly scores: Scores;
  readonly data: DataInput;
  readonly model: ModelSection;
  readonly thresholds: ThresholdsSection;
  /** Adds the counts of its decisions. @default none */
  readonly policy?: Policy;
  /**
   * The same posts, those that have text and image, judged by these modalities alone; labels as in `scores`. All have
   * the same rows. @default no ablation
   */
  readonly ablation?: Readonly<Partial<Record<Combination, Scores>>>;
  /** An earlier evaluation of the same classes to tell drift against. @default none */
  readonly baseline?: Evaluation;
}

export interface BootstrapOptions {
  /** Resamples of the rows. @default 1000 */
  readonly samples?: number;
  /** @default 0 */
  readonly seed?: number;
  /** Coverage of the intervals, between 0 and 1. @default 0.95 */
  readonly confidence?: number;
}

export interface RunOptions {
  /** Null: no intervals. @default 1,000 samples */
  readonly bootstrap?: BootstrapOptions | null;
  /** Of the result. @default now */
  readonly created?: Date;
  /** Called with the share of the work that is done, rising from 0 to 1. */
  readonly onProgress?: (share: number) => void;
  /** Stops the work; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface EvaluateOptions extends RunOptions {
  /** Rows that a group needs to get figures. @default 50 */
  readonly minimumGroupRows?: number;
}

export interface CompareInput {
  /** Judged by the present model. */
  readonly a: ComparedInput;
  /** Judged by the candidate: the same classes, rows and labels. */
  readonly b: ComparedInput;
  /** `unjudged`: rows that either side could not judge. */
  readonly data: DataInput;
}

export interface ComparedInput {
  readonly scores: Scores;
  readonly model: ModelSection;
  readonly thresholds: ThresholdsSection;
}

export interface CompareOptions extends RunOptions {
  /** Examples of flips to tell, per class and direction. @default 10 */
  readonly examples?: number;
}
