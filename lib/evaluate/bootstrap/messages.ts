import type { StatisticSpec } from './make-statistic.js';

/** What a worker thread is started with. */
export interface WorkerStart {
  readonly specs: readonly StatisticSpec[];
  readonly seed: number;
}

/** A run of samples of one statistic. */
export interface Job {
  /** Index of the statistic. */
  readonly spec: number;
  readonly from: number;
  readonly to: number;
}

export interface JobDone {
  readonly job: Job;
  readonly figures: Float64Array;
}
