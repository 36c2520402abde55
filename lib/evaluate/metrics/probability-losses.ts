/** Figures that take the probability at its word, prepared so that a resample needs one pass over the rows. */

export interface Losses {
  brier: number;
  logLoss: number;
  ece: number;
}

/** scikit-learn's bound for float64: log_loss clips probabilities to [EPSILON, 1 - EPSILON]. */
const EPSILON = 2 ** -52;

/** Bins of the expected calibration error: 15 of equal width (Guo et al. 2017). */
export const ECE_BINS = 15;

export class ProbabilityLosses {
  /** Rows bin by bin, so that a bin's sum stays in one place; the columns below follow this order. */
  readonly #rows: Uint32Array;
  readonly #binEnds: Uint32Array;
  readonly #residuals: Float64Array;
  readonly #logs: Float64Array;

  constructor(probabilities: Float64Array, labels: Uint8Array) {
    const bins = Array.from({ length: ECE_BINS }, (): number[] => []);
    probabilities.forEach((value, row) => {
      bins[equalWidthBin(value)]?.push(row);
    });
    this.#rows = Uint32Array.from(bins.flat());
    let end = 0;
    this.#binEnds = Uint32Array.from(bins, (rows) => {
      end += rows.length;
      return end;
    });
    const column = (value: (probability: number, label: number) => number) =>
      Float64Array.from(this.#rows, (row) => value(probabilities[row] as number, labels[row] as number));
    this.#residuals = column((probability, label) => probability - label);
    this.#logs = column(logLossOf);
  }

  /**
   * Means when row i counts `counts[i]` times, which add up to the number of rows. Writes into `losses`; NaN of no
   * rows.
   *
   * The expected calibration error is the mean over bins, weighted by rows, of |mean probability - share of positives|.
   */
  measure(counts: Uint8Array, losses: Losses): void {
    const rows = this.#rows;
    const residuals = this.#residuals;
    const logLosses = this.#logs;
    let squares = 0;
    let logs = 0;
    let errors = 0;
    let position = 0;
    for (const end of this.#binEnds) {
      let sum = 0;
      for (; position < end; position++) {
        const count = counts[rows[position] as number] as number;
        const residual = residuals[position] as number;
        const weighted = count * residual;
        sum += weighted;
        squares += weighted * residual;
        logs += count * (logLosses[position] as number);
      }
      errors += Math.abs(sum);
    }
    losses.brier = squares / rows.length;
    losses.logLoss = logs / rows.length;
    losses.ece = errors / rows.length;
  }
}

/** Negative log-likelihood of a label, 0 or 1, natural logarithm. */
export function logLossOf(probability: number, label: number): number {
  const clipped = Math.min(Math.max(probability, EPSILON), 1 - EPSILON);
  return -Math.log(label === 1 ? clipped : 1 - clipped);
}

/** The bin of a probability: (i / n, (i + 1) / n], the first with 0, as scikit-learn's calibration_curve has it. */
function equalWidthBin(probability: number): number {
  let bin = Math.min(Math.floor(probability * ECE_BINS), ECE_BINS - 1);
  if (bin > 0 && probability <= bin / ECE_BINS) bin--;
  return bin;
}
