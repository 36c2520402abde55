import type { Combination } from '../contract/modality.js';
import type { Prepared } from './bootstrap/bootstrap.js';
import { figuresOf } from './bootstrap/statistic.js';
import type { Confusion, Slice, Summary, ThresholdsSection } from './evaluation.js';
import { classQuality, figureAt, type MeasuredFigures, summaryOf } from './figures.js';
import { confusionOf } from './metrics/confusion.js';
import { anyOf, flagsOf } from './metrics/flags.js';
import { type QualityInput, QualityStatistic } from './metrics/quality.js';
import { placeOf } from './metrics/quality-layout.js';
import { isLabelled, type Scores } from './scores.js';

/** Some rows, ready to be measured and resampled. */
export interface Part {
  readonly scores: Scores;
  readonly prepared: Prepared;
  readonly values: Float64Array;
  /** Per class, then any harmful; null without labels. */
  readonly confusions: readonly Confusion[] | null;
}

/** @param actions what a policy does with each row, see `Judged`; null without one */
export function makePart(
  scores: Scores,
  thresholds: Pick<ThresholdsSection, 'all' | 'byCombination'>,
  actions: Uint8Array | null = null,
): Part {
  const { rows, labels, probabilities } = scores;
  const flags = flagsOf(scores, thresholds);
  const input: QualityInput = { rows, labels, probabilities, flags, actions };
  const statistic = new QualityStatistic(input);
  return {
    scores,
    prepared: { spec: { kind: 'quality', input }, statistic },
    values: figuresOf(statistic),
    confusions: labels && confusionsOf(labels, flags, rows),
  };
}

function confusionsOf(
  labels: readonly Uint8Array[],
  flags: readonly Uint8Array[],
  rows: number,
): Confusion[] {
  return [
    ...labels.map((column, index) => confusionOf(column, flags[index] as Uint8Array)),
    confusionOf(anyOf(labels, rows), anyOf(flags, rows)),
  ];
}

export function partSummary({ scores, confusions }: Part, measured: MeasuredFigures): Summary | null {
  const any = confusions?.at(-1);
  return any && isLabelled(scores) ? summaryOf(measured, scores.classNames, any) : null;
}

export function sliceOf(
  part: Part,
  name: Combination,
  measured: MeasuredFigures,
  thresholds: readonly number[],
): Slice {
  return {
    name,
    rows: part.scores.rows,
    classes: part.scores.classNames.map((className, index) => {
      const confusion = part.confusions?.[index];
      return {
        name: className,
        threshold: thresholds[index] as number,
        flagRate: figureAt(measured, placeOf.target(index, 'flagRate')),
        quality: confusion ? classQuality(measured, index, confusion) : null,
      };
    }),
    summary: partSummary(part, measured),
  };
}
