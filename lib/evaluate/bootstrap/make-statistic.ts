import { type FairnessInput, FairnessStatistic } from '../fairness/fairness-statistic.js';
import { type QualityInput, QualityStatistic } from '../metrics/quality.js';
import { PairedStatistic } from './paired-statistic.js';
import type { Statistic } from './statistic.js';

/** What a statistic is made of, as data that a worker thread can be sent. */
export type StatisticSpec =
  | { readonly kind: 'quality'; readonly input: QualityInput }
  | { readonly kind: 'fairness'; readonly input: FairnessInput }
  /** Figures of b minus those of a, on the same resamples. */
  | { readonly kind: 'difference'; readonly a: QualityInput; readonly b: QualityInput };

export function makeStatistic(spec: StatisticSpec): Statistic {
  switch (spec.kind) {
    case 'quality':
      return new QualityStatistic(spec.input);
    case 'fairness':
      return new FairnessStatistic(spec.input);
    case 'difference':
      return new PairedStatistic(new QualityStatistic(spec.a), new QualityStatistic(spec.b));
  }
}
