import type { Statistic } from '../bootstrap/statistic.js';
import { anyOf, largestOf } from './flags.js';
import { type Losses, ProbabilityLosses } from './probability-losses.js';
import { figureCount, placeOf } from './quality-layout.js';
import { type Areas, Ranking } from './ranking.js';
import { type Judged, ThresholdFigures } from './threshold-figures.js';

export interface QualityInput extends Judged {
  /** Per class N probabilities. */
  readonly probabilities: readonly Float64Array[];
}

/** Every figure of classes, averages and decisions, in the order of {@link placeOf}. Without labels most are NaN. */
export class QualityStatistic implements Statistic {
  readonly rows: number;
  readonly size: number;
  readonly #thresholdFigures: ThresholdFigures;
  readonly #rankings: readonly Ranking[];
  readonly #everyCell: Ranking | undefined;
  readonly #losses: readonly ProbabilityLosses[];

  constructor(input: QualityInput) {
    const { rows, labels, probabilities } = input;
    this.rows = rows;
    this.size = figureCount(probabilities.length);
    this.#thresholdFigures = new ThresholdFigures(input);
    if (labels === null) {
      this.#rankings = [];
      this.#losses = [];
      return;
    }
    const targets = [
      ...probabilities.map((column, index) => [column, labels[index] as Uint8Array] as const),
      [largestOf(probabilities, rows), anyOf(labels, rows)] as const,
    ];
    this.#rankings = targets.map(([scores, truth]) => new Ranking([scores], [truth]));
    this.#everyCell = new Ranking(probabilities, labels);
    this.#losses = targets.slice(0, -1).map(([scores, truth]) => new ProbabilityLosses(scores, truth));
  }

  compute(counts: Uint8Array, figures: Float64Array): void {
    figures.fill(Number.NaN);
    this.#thresholdFigures.compute(counts, figures);
    if (this.#everyCell === undefined) return;
    this.#areas(counts, figures, this.#everyCell);
    this.#means(counts, figures);
  }

  #areas(counts: Uint8Array, figures: Float64Array, everyCell: Ranking): void {
    const areas: Areas = { rocAuc: Number.NaN, averagePrecision: Number.NaN };
    const classes = this.#rankings.length - 1;
    const rocAuc = new Mean();
    const averagePrecision = new Mean();
    this.#rankings.forEach((ranking, target) => {
      ranking.measure(counts, areas);
      figures[placeOf.target(target, 'rocAuc')] = areas.rocAuc;
      figures[placeOf.target(target, 'averagePrecision')] = areas.averagePrecision;
      if (target === classes) return;
      rocAuc.add(areas.rocAuc);
      averagePrecision.add(areas.averagePrecision);
    });
    figures[placeOf.overall('rocAuc.macro')] = rocAuc.ofAll;
    figures[placeOf.overall('rocAuc.macroDefined')] = rocAuc.ofDefined;
    figures[placeOf.overall('averagePrecision.macro')] = averagePrecision.ofAll;
    figures[placeOf.overall('averagePrecision.macroDefined')] = averagePrecision.ofDefined;
    everyCell.measure(counts, areas);
    figures[placeOf.overall('rocAuc.micro')] = areas.rocAuc;
    figures[placeOf.overall('averagePrecision.micro')] = areas.averagePrecision;
  }

  #means(counts: Uint8Array, figures: Float64Array): void {
    const losses: Losses = { brier: Number.NaN, logLoss: Number.NaN, ece: Number.NaN };
    const logLoss = new Mean();
    this.#losses.forEach((column, target) => {
      column.measure(counts, losses);
      figures[placeOf.target(target, 'brier')] = losses.brier;
      figures[placeOf.target(target, 'logLoss')] = losses.logLoss;
      figures[placeOf.target(target, 'ece')] = losses.ece;
      logLoss.add(losses.logLoss);
    });
    figures[placeOf.overall('logLoss')] = logLoss.ofAll;
  }
}

class Mean {
  #sum = 0;
  #defined = 0;
  #all = 0;

  add(value: number): void {
    this.#all += 1;
    if (Number.isNaN(value)) return;
    this.#defined += 1;
    this.#sum += value;
  }

  /** NaN when one value is. */
  get ofAll(): number {
    return this.#defined === this.#all ? this.ofDefined : Number.NaN;
  }

  /** NaN when all values are. */
  get ofDefined(): number {
    return this.#defined === 0 ? Number.NaN : this.#sum / this.#defined;
  }
}
