import { type Clock, systemClock } from '../../lib/engine/scheduling/clock.js';

interface Timer {
  readonly at: number;
  readonly cancel: () => void;
  readonly callback: () => void;
}

/**
 * The system's clock, which a test can put forward. With timeouts of a minute and more, which no slow machine meets, a
 * test lets what it waits for happen and then the time pass at once.
 */
export class LeapingClock implements Clock {
  readonly #timers = new Set<Timer>();
  #leaptMs = 0;

  now(): number {
    return systemClock.now() + this.#leaptMs;
  }

  after(ms: number, callback: () => void): () => void {
    const cancel = systemClock.after(ms, () => this.#fire(timer));
    const timer: Timer = { at: this.now() + ms, cancel, callback };
    this.#timers.add(timer);
    return () => this.#drop(timer);
  }

  defer(callback: () => void): void {
    systemClock.defer(callback);
  }

  /** Lets `ms` pass at once: the timers that are due fire, in order. */
  leap(ms: number): void {
    this.#leaptMs += ms;
    const now = this.now();
    const due = [...this.#timers].filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
    for (const timer of due) if (this.#timers.has(timer)) this.#fire(timer);
  }

  #fire(timer: Timer): void {
    this.#drop(timer);
    timer.callback();
  }

  #drop(timer: Timer): void {
    timer.cancel();
    this.#timers.delete(timer);
  }
}
