/** What calibration learns of the input of a linear layer. */

/** Rows that are kept of each input, to measure errors with. */
const KEPT_ROWS = 96;

export class Activations {
  readonly channels: number;
  /** By channel, over all rows seen. */
  readonly min: Float32Array;
  readonly max: Float32Array;
  readonly #sum: Float64Array;
  #count = 0;
  readonly #kept: Float32Array[] = [];
  readonly #keepPerRun: number;

  /** @param runs how many times {@link add} will be called */
  constructor(channels: number, runs: number) {
    this.channels = channels;
    this.min = new Float32Array(channels).fill(Number.POSITIVE_INFINITY);
    this.max = new Float32Array(channels).fill(Number.NEGATIVE_INFINITY);
    this.#sum = new Float64Array(channels);
    this.#keepPerRun = Math.max(1, Math.ceil(KEPT_ROWS / runs));
  }

  /** @param rows [count, channels] */
  add(rows: Float32Array): void {
    const { channels, min, max } = this;
    const sum = this.#sum;
    for (let start = 0; start < rows.length; start += channels) {
      for (let channel = 0; channel < channels; channel++) {
        const value = rows[start + channel] as number;
        sum[channel] = (sum[channel] as number) + value;
        if (value < (min[channel] as number)) min[channel] = value;
        if (value > (max[channel] as number)) max[channel] = value;
      }
    }
    const count = rows.length / channels;
    this.#count += count;
    const step = Math.max(1, Math.floor(count / this.#keepPerRun));
    for (let row = count - 1, kept = 0; row >= 0 && kept < this.#keepPerRun; row -= step, kept++) {
      this.#kept.push(rows.slice(row * channels, (row + 1) * channels));
    }
  }

  /** Some of the rows seen, spread over the runs. */
  get rows(): readonly Float32Array[] {
    return this.#kept;
  }

  /** By channel. */
  get means(): Float32Array {
    return Float32Array.from(this.#sum, (sum) => sum / this.#count);
  }

  /** Largest magnitude by channel. */
  get magnitudes(): Float32Array {
    return this.max.map((max, channel) => Math.max(max, -(this.min[channel] as number)));
  }
}
