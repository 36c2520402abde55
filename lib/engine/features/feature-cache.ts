import { LRUCache } from 'lru-cache';
import type { Urgency } from '../scheduling/urgency.js';
import { type Compute, SingleFlight } from './single-flight.js';

/** How a lookup was served: from memory, by a computation that was under way, or by a new one. */
export type CacheOutcome = 'hit' | 'shared' | 'miss';

/**
 * What the encoders made of content seen before, the most recently used of it. Only successes are kept. Concurrent
 * lookups of one key share one computation.
 */
export class FeatureCache {
  readonly capacity: number;
  readonly #kept: LRUCache<string, object> | undefined;
  readonly #flights = new SingleFlight<object>();

  /** `capacity` in items; with 0 nothing is kept, but computations under way are still shared. */
  constructor(capacity: number) {
    this.capacity = capacity;
    this.#kept = capacity > 0 ? new LRUCache({ max: capacity }) : undefined;
  }

  get size(): number {
    return this.#kept?.size ?? 0;
  }

  /** Computations under way. */
  get inFlight(): number {
    return this.#flights.size;
  }

  /** Of one key, values must have one type: it is the key's kind that tells it. */
  async get<Value extends object>(
    key: string,
    signal: AbortSignal,
    compute: Compute<Value>,
    onOutcome: (outcome: CacheOutcome) => void,
    urgency?: Urgency,
  ): Promise<Value> {
    const kept = this.#kept?.get(key);
    if (kept !== undefined) {
      onOutcome('hit');
      return kept as Value;
    }
    onOutcome(this.#flights.has(key) ? 'shared' : 'miss');
    const computeAndKeep: Compute<Value> = async (...shared) => {
      const value = await compute(...shared);
      this.#kept?.set(key, value);
      return value;
    };
    return (await this.#flights.join(key, signal, computeAndKeep, urgency)) as Value;
  }
}
