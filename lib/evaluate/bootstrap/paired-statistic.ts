import type { Statistic } from './statistic.js';

/** Differences, b minus a, of two statistics of the same rows. */
export class PairedStatistic implements Statistic {
  readonly rows: number;
  readonly size: number;
  readonly #a: Statistic;
  readonly #b: Statistic;
  readonly #figuresOfA: Float64Array;

  constructor(a: Statistic, b: Statistic) {
    if (a.rows !== b.rows || a.size !== b.size) {
      throw new RangeError(`Paired figures need the same rows and classes: ${a.rows} and ${b.rows} rows.`);
    }
    this.rows = a.rows;
    this.size = a.size;
    this.#a = a;
    this.#b = b;
    this.#figuresOfA = new Float64Array(a.size);
  }

  compute(counts: Uint8Array, figures: Float64Array): void {
    this.#a.compute(counts, this.#figuresOfA);
    this.#b.compute(counts, figures);
    for (let index = 0; index < figures.length; index++) {
      figures[index] = (figures[index] as number) - (this.#figuresOfA[index] as number);
    }
  }
}
