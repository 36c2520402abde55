import { bootstrapIntervals, bootstrapSection } from '../bootstrap/bootstrap.js';
import { PairedStatistic } from '../bootstrap/paired-statistic.js';
import { figuresOf } from '../bootstrap/statistic.js';
import { dataSection } from '../data-section.js';
import { figureAt, type MeasuredFigures } from '../figures.js';
import type { CompareInput, CompareOptions } from '../inputs.js';
import { flagsOf } from '../metrics/flags.js';
import { type QualityInput, QualityStatistic } from '../metrics/quality.js';
import { placeOf } from '../metrics/quality-layout.js';
import { checkScores, type Scores } from '../scores.js';
import {
  COMPARISON_FORMAT,
  type Comparison,
  type MetricDifference,
  OVERALL_METRICS,
  TARGET_METRICS,
} from './comparison.js';
import { flipsOf } from './flips.js';

/**
 * Compares two sets of predictions of the same rows: every figure of both, the difference with an interval of the
 * paired bootstrap, and the predictions that changed. Figures that are undefined on both sides are left out.
 *
 * @throws RangeError when classes, rows, labels or modalities of the two differ, and for values out of range
 * @throws the signal's reason when it is aborted
 */
export async function compare(
  { a, b, data }: CompareInput,
  options: CompareOptions = {},
): Promise<Comparison> {
  checkScores(a.scores);
  checkScores(b.scores);
  checkSameRows(a.scores, b.scores);
  const bootstrap = bootstrapSection(options.bootstrap);
  const inputs = [a, b].map(({ scores, thresholds }): QualityInput => {
    const { rows, labels, probabilities } = scores;
    return { rows, labels, probabilities, flags: flagsOf(scores, thresholds), actions: null };
  });
  const [left, right] = inputs as [QualityInput, QualityInput];
  const sides = [new QualityStatistic(left), new QualityStatistic(right)] as const;
  const statistic = new PairedStatistic(...sides);
  const prepared = { spec: { kind: 'difference', a: left, b: right } as const, statistic };
  const intervals = bootstrap && (await bootstrapIntervals([prepared], bootstrap, options));
  const differences: MeasuredFigures = { values: figuresOf(statistic), intervals: intervals?.[0] ?? null };
  const [ofA, ofB] = [figuresOf(sides[0]), figuresOf(sides[1])];
  return {
    format: COMPARISON_FORMAT,
    created: (options.created ?? new Date()).toISOString(),
    data: dataSection(data, a.scores),
    a: { model: a.model, thresholds: a.thresholds },
    b: { model: b.model, thresholds: b.thresholds },
    bootstrap,
    metrics: differencesOf(a.scores.classNames, ofA, ofB, differences),
    flips: flipsOf(a, b, options.examples ?? 10),
    probabilities: a.scores.classNames.map((name, index) => ({
      class: name,
      ...distanceOf(
        a.scores.probabilities[index] as Float64Array,
        b.scores.probabilities[index] as Float64Array,
      ),
    })),
  };
}

function differencesOf(
  classNames: readonly string[],
  ofA: Float64Array,
  ofB: Float64Array,
  differences: MeasuredFigures,
): MetricDifference[] {
  const at = (place: number) => ({
    a: definedOrNull(ofA[place]),
    b: definedOrNull(ofB[place]),
    difference: figureAt(differences, place, 'class-undefined'),
  });
  const target = (index: number, scope: 'any' | 'class', name: string | null) =>
    TARGET_METRICS.map((metric) => ({ metric, scope, class: name, ...at(placeOf.target(index, metric)) }));
  const all: MetricDifference[] = [
    ...OVERALL_METRICS.map((metric) => ({
      metric,
      scope: 'overall' as const,
      class: null,
      ...at(placeOf.overall(metric)),
    })),
    ...target(classNames.length, 'any', null),
    ...classNames.flatMap((name, index) => target(index, 'class', name)),
  ];
  return all.filter(({ a, b }) => a !== null || b !== null);
}

function definedOrNull(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}

function distanceOf(a: Float64Array, b: Float64Array): { max: number; mean: number } {
  let max = 0;
  let sum = 0;
  a.forEach((value, row) => {
    const distance = Math.abs((b[row] as number) - value);
    max = Math.max(max, distance);
    sum += distance;
  });
  return { max, mean: a.length === 0 ? 0 : sum / a.length };
}

function checkSameRows(a: Scores, b: Scores): void {
  const same = (left: ArrayLike<unknown>, right: ArrayLike<unknown>) =>
    left.length === right.length && Array.from(left).every((value, index) => value === right[index]);
  if (!same(a.classNames, b.classNames)) {
    throw new RangeError(`The classes differ: ${a.classNames.join(', ')} and ${b.classNames.join(', ')}.`);
  }
  if (a.rows !== b.rows) throw new RangeError(`The rows differ: ${a.rows} and ${b.rows}.`);
  if (!same(a.combinations, b.combinations)) {
    throw new RangeError('Some rows rest on other modalities on the two sides.');
  }
  const labels = (scores: Scores) => scores.labels ?? [];
  const sameLabels =
    (a.labels === null) === (b.labels === null) &&
    labels(a).every((column, index) => same(column, labels(b)[index] ?? []));
  if (!sameLabels) throw new RangeError('The labels of the two sides differ.');
}
