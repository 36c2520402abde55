import { f1Of, precisionOf, recallOf } from '../metrics/confusion.js';
import { type CumulativeCounts, cumulativeCounts } from '../metrics/curves.js';
import type { BandCount, BandOutcome, OperatingPoint, ReviewBand } from './choice.js';
import { wilsonInterval } from './wilson.js';

/**
 * The ways to cut a class's scores in two. Cut k flags the rows with the k highest distinct scores: cut 0 flags none,
 * the last one all. Every threshold makes one of these cuts.
 */
export class Cuts {
  readonly rows: number;
  readonly positives: number;
  readonly #counts: CumulativeCounts;

  constructor(scores: Float64Array, labels: Uint8Array) {
    this.#counts = cumulativeCounts(scores, labels);
    this.rows = scores.length;
    this.positives = this.#counts.positives;
  }

  /** The last cut, which flags everything. */
  get last(): number {
    return this.#counts.thresholds.length - 1;
  }

  tp(cut: number): number {
    return this.#counts.tp[cut] as number;
  }

  fp(cut: number): number {
    return this.#counts.fp[cut] as number;
  }

  flagged(cut: number): number {
    return this.tp(cut) + this.fp(cut);
  }

  precision(cut: number): number {
    return precisionOf(this.tp(cut), this.fp(cut));
  }

  recall(cut: number): number {
    return recallOf(this.tp(cut), this.positives - this.tp(cut));
  }

  f1(cut: number): number {
    return f1Of(this.tp(cut), this.fp(cut), this.positives - this.tp(cut));
  }

  /**
   * A threshold that makes the cut: halfway between the lowest score that is flagged and the highest that is not, so
   * that last bits, which differ between precisions and machines, decide nothing. 0 flags all. Null: no threshold up to
   * 1 flags nothing, since a score is 1.
   */
  threshold(cut: number): number | null {
    const { thresholds } = this.#counts;
    if (cut === this.last) return 0;
    const above = cut === 0 ? 1 : (thresholds[cut] as number);
    const below = thresholds[cut + 1] as number;
    const middle = below + (above - below) / 2;
    if (middle > below) return middle;
    return above > below ? above : null;
  }

  /** The cut that a threshold makes. */
  cutAt(threshold: number): number {
    const { thresholds } = this.#counts;
    let low = 0;
    let high = this.last;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((thresholds[middle] as number) >= threshold) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The last cut that flags at most so many rows. */
  cutOfRows(rows: number): number {
    let low = 0;
    let high = this.last;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.flagged(middle) <= rows) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  outcome(threshold: number): OperatingPoint {
    const cut = this.cutAt(threshold);
    const tp = this.tp(cut);
    const fp = this.fp(cut);
    const fn = this.positives - tp;
    return {
      threshold,
      confusion: { tn: this.rows - tp - fp - fn, fp, fn, tp },
      precision: { value: this.precision(cut), ...wilsonInterval(tp, tp + fp) },
      recall: { value: this.recall(cut), ...wilsonInterval(tp, this.positives) },
      f1: this.f1(cut),
      flagRate: this.rows === 0 ? 0 : this.flagged(cut) / this.rows,
    };
  }

  bandOutcome({ from, to }: ReviewBand): BandOutcome {
    const upTo = (cut: number): BandCount => ({ rows: this.flagged(cut), positives: this.tp(cut) });
    const less = (a: BandCount, b: BandCount) => ({
      rows: a.rows - b.rows,
      positives: a.positives - b.positives,
    });
    const flag = upTo(to === null ? 0 : this.cutAt(to));
    const kept = upTo(this.cutAt(from));
    return { allow: less(upTo(this.last), kept), review: less(kept, flag), flag };
  }
}
