import { untilAborted } from '../signals.js';

/** The right to have one request on the way. */
export interface Passage {
  /** The request ended; `overloaded` says whether the service had too much to do. */
  leave(overloaded: boolean): void;
}

/**
 * Lets a number of requests through at a time, first come, first served. The number is halved when the service is
 * overloaded and grows back by one for every round of answers (additive increase, multiplicative decrease), so that
 * several clients come to share one service.
 */
export class Gate {
  readonly #max: number;
  #limit: number;
  #inside = 0;
  #entered = 0;
  /** Requests that entered before the last halving say nothing about what came after it. */
  #halvedAt = 0;
  #waiting: ((passage: Passage) => void)[] = [];

  constructor(max: number) {
    this.#max = max;
    this.#limit = max;
  }

  /** Waits for a place; rejects with the signal's reason when it fires. */
  async enter(signal: AbortSignal): Promise<Passage> {
    signal.throwIfAborted();
    if (this.#waiting.length === 0 && this.#hasRoom) return this.#admit();
    let call = (_: Passage): void => undefined;
    const turn = new Promise<Passage>((resolve) => {
      call = resolve;
    });
    this.#waiting.push(call);
    try {
      return await untilAborted(turn, signal);
    } catch (error) {
      const place = this.#waiting.indexOf(call);
      if (place >= 0) this.#waiting.splice(place, 1);
      // Called in the same moment: the place goes to the next.
      else (await turn).leave(false);
      throw error;
    }
  }

  get #hasRoom(): boolean {
    return this.#inside < Math.floor(this.#limit);
  }

  #admit(): Passage {
    this.#inside += 1;
    this.#entered += 1;
    const number = this.#entered;
    return { leave: (overloaded) => this.#leave(number, overloaded) };
  }

  #leave(number: number, overloaded: boolean): void {
    this.#inside -= 1;
    if (!overloaded) {
      this.#limit = Math.min(this.#max, this.#limit + 1 / this.#limit);
    } else if (number > this.#halvedAt) {
      this.#limit = Math.max(1, this.#limit / 2);
      this.#halvedAt = this.#entered;
    }
    while (this.#hasRoom) {
      const call = this.#waiting.shift();
      if (call === undefined) return;
      call(this.#admit());
    }
  }
}
