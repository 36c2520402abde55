/** What a second attempt costs, and what an answer at the first gives back. */
export const RETRY_COST = 5;
const REWARD = 1;

/**
 * The client's budget of retries. While a service is down, every call failing `maxAttempts` times would multiply the
 * load it cannot bear: a hundred retries without an answer between empty the bucket, and from then on failures are told
 * at once. Answers fill it again.
 */
export class TokenBucket {
  readonly #capacity: number;
  #tokens: number;

  constructor(capacity = 500) {
    this.#capacity = capacity;
    this.#tokens = capacity;
  }

  /** Takes the tokens if all are there. */
  take(cost: number): boolean {
    if (cost > this.#tokens) return false;
    this.#tokens -= cost;
    return true;
  }

  /** An answer came: what its retry cost, or a little for an answer at the first attempt. */
  reward(cost: number): void {
    this.#tokens = Math.min(this.#capacity, this.#tokens + Math.max(cost, REWARD));
  }
}
