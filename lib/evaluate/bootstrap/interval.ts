import { quantileOf } from '../metrics/quantile.js';

export interface Interval {
  readonly low: number | null;
  readonly high: number | null;
}

export const NO_INTERVAL: Interval = { low: null, high: null };

/** Percentile interval (Efron and Tibshirani 1993, chapter 13) of one figure's resampled values. */
export function percentileInterval(values: Float64Array, confidence: number): Interval {
  const defined = values.filter((value) => !Number.isNaN(value)).sort();
  // A figure that most resamples cannot tell has no interval worth the name.
  if (defined.length === 0 || defined.length * 2 < values.length) return NO_INTERVAL;
  const tail = (1 - confidence) / 2;
  return { low: quantileOf(defined, tail), high: quantileOf(defined, 1 - tail) };
}

/** Intervals of every figure, from one row of `size` figures a sample. */
export function percentileIntervals(samples: Float64Array, size: number, confidence: number): Interval[] {
  const count = samples.length / size;
  return Array.from({ length: size }, (_, index) => {
    const values = Float64Array.from(
      { length: count },
      (_, sample) => samples[sample * size + index] as number,
    );
    return percentileInterval(values, confidence);
  });
}
