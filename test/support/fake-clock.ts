import type { Clock } from '../../lib/engine/scheduling/clock.js';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** Time that passes only when a test says so. Deferred callbacks wait for {@link FakeClock.turn}. */
export class FakeClock implements Clock {
  #now = 0;
  #timers = new Set<Timer>();
  #deferred: (() => void)[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + ms, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  defer(callback: () => void): void {
    this.#deferred.push(callback);
  }

  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Ends the present turn of the event loop: promises that can settle do, then what was deferred runs. */
  async turn(): Promise<void> {
    await settle();
    for (const callback of this.#deferred.splice(0)) callback();
    await settle();
  }

  /** Lets `ms` pass, firing timers in order, with a turn after each. */
  async pass(ms: number): Promise<void> {
    await this.turn();
    const end = this.#now + ms;
    for (let next = this.#nextTimer(end); next !== undefined; next = this.#nextTimer(end)) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
      await this.turn();
    }
    this.#now = end;
    await this.turn();
  }

  #nextTimer(until: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.at <= until && (first === undefined || timer.at < first.at)) first = timer;
    }
    return first;
  }
}

/** Lets every promise settle that waits for nothing but other promises. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
