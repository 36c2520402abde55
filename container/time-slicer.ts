/** A computation that pauses where others may run. Between two pauses it takes well under a millisecond. */
export type Steps<T> = Generator<undefined, T, undefined>;

/** Milliseconds that sliced work may take of one turn of the event loop. */
const BUDGET_MS = 2;

/**
 * Runs long computations on the main thread without holding it: all of them together take at most {@link BUDGET_MS}
 * of each turn of the event loop, in turns, so that `/ping` is answered while megabytes are parsed. A short one ends
 * in the turn it came in.
 */
export class TimeSlicer {
  readonly #now: () => number;
  #spentMs = 0;
  #turnScheduled = false;
  readonly #waiting: (() => void)[] = [];

  /** `now`: milliseconds, for tests. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** The result of the steps. Rejects with the signal's reason at the first pause after it is aborted. */
  async run<T>(steps: Steps<T>, signal?: AbortSignal): Promise<T> {
    for (;;) {
      if (this.#spentMs >= BUDGET_MS || this.#waiting.length > 0) await this.#turn();
      signal?.throwIfAborted();
      const result = this.#slice(steps);
      if (result.done) return result.value;
    }
  }

  #slice<T>(steps: Steps<T>): IteratorResult<undefined, T> {
    const start = this.#now();
    const before = this.#spentMs;
    try {
      for (;;) {
        const result = steps.next();
        this.#spentMs = before + this.#now() - start;
        if (result.done || this.#spentMs >= BUDGET_MS) return result;
      }
    } finally {
      this.#scheduleTurn();
    }
  }

  #turn(): Promise<void> {
    const turn = new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#scheduleTurn();
    return turn;
  }

  #scheduleTurn(): void {
    if (this.#turnScheduled) return;
    this.#turnScheduled = true;
    setImmediate(() => {
      this.#turnScheduled = false;
      this.#spentMs = 0;
      this.#waiting.shift()?.();
      if (this.#waiting.length > 0) this.#scheduleTurn();
    });
  }
}

/** The result of steps that are known to be short, at once. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const result = steps.next();
    if (result.done) return result.value;
  }
}

/** Steps whose result is there already. */
export function* ready<T>(value: T): Steps<T> {
  yield;
  return value;
}
