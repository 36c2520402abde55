/**
 * A vector of figures of some rows, prepared so that it can be computed for many resamples. A resample is a count per
 * row; counts of one give the figures of the data. A figure that is undefined is NaN.
 */
export interface Statistic {
  readonly rows: number;
  /** Length of the vector. */
  readonly size: number;
  /** Figures when row i counts `counts[i]` times; counts add up to the number of rows. Writes into `figures`. */
  compute(counts: Uint8Array, figures: Float64Array): void;
}

/** The figures of the data itself. */
export function figuresOf(statistic: Statistic): Float64Array {
  const figures = new Float64Array(statistic.size).fill(Number.NaN);
  statistic.compute(new Uint8Array(statistic.rows).fill(1), figures);
  return figures;
}
