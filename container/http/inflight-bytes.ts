import { ModerationError } from '../../lib/contract/errors.js';

/** When to try again: bodies of other requests are gone by then, or a longer wait is due anyway. */
const RETRY_AFTER_MS = 1000;

/** The memory that bodies take, over all connections. */
export class InflightBytes {
  #held = 0;

  constructor(readonly max: number) {}

  get held(): number {
    return this.#held;
  }

  /** An account for one request, at zero. */
  open(): Reservation {
    let own = 0;
    return {
      grow: (bytes) => {
        if (this.#held + bytes > this.max) {
          throw new ModerationError('overloaded', 'The memory for request bodies is in use.', {
            retryAfterMs: RETRY_AFTER_MS,
          });
        }
        own += bytes;
        this.#held += bytes;
      },
      release: () => {
        this.#held -= own;
        own = 0;
      },
    };
  }
}

export interface Reservation {
  /** Takes bytes, or throws `overloaded`. */
  grow(bytes: number): void;
  /** Gives all of them back. Idempotent. */
  release(): void;
}
