/** The share of a lane that should have been worked off before a refused request comes back. */
const RETRY_SHARE = 0.25;
const MIN_RETRY_MS = 50;
const MAX_RETRY_MS = 30_000;

/**
 * The places for one modality: they bound the posts that are under way with it, in whatever stage. A post keeps its
 * places from admission until it is settled.
 */
export class Lane {
  readonly capacity: number;
  readonly #msPerItem: () => number;
  #held = 0;

  /** `msPerItem` tells how long the slowest stage takes an item at present. */
  constructor(capacity: number, msPerItem: () => number) {
    this.capacity = capacity;
    this.#msPerItem = msPerItem;
  }

  get held(): number {
    return this.#held;
  }

  get free(): number {
    return this.capacity - this.#held;
  }

  take(count: number): void {
    if (count > this.free) throw new RangeError(`${count} places were taken of ${this.free} that are free.`);
    this.#held += count;
  }

  giveBack(count: number): void {
    if (count > this.#held)
      throw new RangeError(`${count} places were given back of ${this.#held} that are held.`);
    this.#held -= count;
  }

  /**
   * Milliseconds until `count` places are likely free: the time that the lane takes to work off what is missing, or a
   * quarter of its places if that is more, so that those who were refused do not all come back for the first free place.
   */
  retryAfterMs(count: number): number {
    const toWorkOff = Math.max(count - this.free, this.#held * RETRY_SHARE);
    return Math.round(Math.min(Math.max(toWorkOff * this.#msPerItem(), MIN_RETRY_MS), MAX_RETRY_MS));
  }
}

export type LaneName = 'text' | 'image';
export type Lanes = Readonly<Record<LaneName, Lane>>;
