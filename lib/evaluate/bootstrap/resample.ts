import { Random } from '../../numeric/random.js';
import type { Statistic } from './statistic.js';

/**
 * Draws as many rows as there are, with replacement, and counts how often each came. One number of the seed's sequence
 * decides all, so samples can be drawn in any order and on any thread.
 *
 * A count fits a byte: that one of N rows comes more than 255 times has a probability below N / 255!.
 */
export function resample(counts: Uint8Array, seed: number, sample: number): void {
  const random = new Random(`${seed}/${sample}`);
  const rows = counts.length;
  counts.fill(0);
  for (let draw = 0; draw < rows; draw++) {
    const row = Math.floor(random.uniform() * rows);
    counts[row] = (counts[row] as number) + 1;
  }
}

/** Figures of the samples from `from` up to, not including, `to`: one row of `statistic.size` values a sample. */
export function sampleFigures(statistic: Statistic, seed: number, from: number, to: number): Float64Array {
  const figures = new Float64Array((to - from) * statistic.size);
  const counts = new Uint8Array(statistic.rows);
  for (let sample = from; sample < to; sample++) {
    resample(counts, seed, sample);
    const start = (sample - from) * statistic.size;
    statistic.compute(counts, figures.subarray(start, start + statistic.size));
  }
  return figures;
}
