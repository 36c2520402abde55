import { URGENT, Urgency } from '../scheduling/urgency.js';

interface Flight<Value> {
  readonly result: Promise<Value>;
  readonly controller: AbortController;
  readonly urgency: Urgency;
  waiters: number;
}

export type Compute<Value> = (signal: AbortSignal, urgency: Urgency) => Promise<Value>;

/**
 * Runs one computation for all who ask for the same key at the same time. A waiter that leaves does not disturb the
 * others; when the last one left, the computation's own signal aborts. It is urgent as soon as it is for one of them.
 */
export class SingleFlight<Value> {
  readonly #flights = new Map<string, Flight<Value>>();

  /** Computations that run. */
  get size(): number {
    return this.#flights.size;
  }

  has(key: string): boolean {
    return this.#flights.has(key);
  }

  /** Joins the computation for `key`, or starts it. Rejects with the signal's reason as soon as it aborts. */
  async join(
    key: string,
    signal: AbortSignal,
    compute: Compute<Value>,
    urgency: Urgency = URGENT,
  ): Promise<Value> {
    signal.throwIfAborted();
    const flight = this.#flights.get(key) ?? this.#start(key, compute);
    flight.waiters += 1;
    urgency.whenRaised(() => flight.urgency.raise());
    try {
      return await orAborted(flight.result, signal);
    } finally {
      flight.waiters -= 1;
      if (flight.waiters === 0) this.#end(key, flight, signal);
    }
  }

  #start(key: string, compute: Compute<Value>): Flight<Value> {
    const controller = new AbortController();
    const urgency = new Urgency(false);
    const flight = { result: compute(controller.signal, urgency), controller, urgency, waiters: 0 };
    this.#flights.set(key, flight);
    return flight;
  }

  /** A flight that nobody waits for is forgotten before it aborts: whoever comes next starts a new one. */
  #end(key: string, flight: Flight<Value>, lastSignal: AbortSignal): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
    if (lastSignal.aborted) flight.controller.abort(lastSignal.reason);
  }
}

/** The promise's outcome, or the signal's reason if it aborts first. */
function orAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    const stopListening = () => signal.removeEventListener('abort', abort);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(stopListening);
  });
}
