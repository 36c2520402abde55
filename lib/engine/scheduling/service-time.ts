/** The share of a new measurement in the running mean: the last ten or so batches decide. */
const NEWEST = 0.2;

/** A running mean of how long things take, led by the latest. */
export class ServiceTime {
  #mean: number | undefined;

  record(ms: number): void {
    this.#mean = this.#mean === undefined ? ms : this.#mean + NEWEST * (ms - this.#mean);
  }

  /** Milliseconds; 0 before anything was measured. */
  get mean(): number {
    return this.#mean ?? 0;
  }
}
