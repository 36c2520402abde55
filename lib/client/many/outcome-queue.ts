import type { Outcome } from '../outcome.js';

/** Outcomes on their way to the reader: in the order of the input, or as they come. Every post has exactly one. */
export class OutcomeQueue {
  readonly #ordered: boolean;
  /** Posts that have been read and have no outcome yet. */
  readonly #open = new Set<number>();
  /** Outcomes that nobody has taken yet, by index; where the order is free, the first is the oldest. */
  readonly #ready = new Map<number, Outcome>();
  /** The index that is next in order. */
  #next = 0;
  #ended = false;
  #failure: { readonly reason: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(ordered: boolean) {
    this.#ordered = ordered;
  }

  /** A post was read: one outcome is due. */
  open(index: number): void {
    this.#open.add(index);
  }

  put(outcome: Outcome): void {
    if (!this.#open.delete(outcome.index))
      throw new RangeError(`post ${outcome.index} has an outcome already`);
    this.#ready.set(outcome.index, outcome);
    this.#wake?.();
  }

  /** The input has ended. With a failure, its reason is thrown to the reader once all outcomes are taken. */
  end(failure?: { readonly reason: unknown }): void {
    this.#ended = true;
    this.#failure ??= failure;
    this.#wake?.();
  }

  /** Nothing more will come: throws to the reader at once. */
  fail(reason: unknown): void {
    this.#failure ??= { reason };
    this.#ended = true;
    this.#open.clear();
    this.#ready.clear();
    this.#wake?.();
  }

  /** The next outcome, or undefined after the last. One may wait at a time. */
  async take(): Promise<Outcome | undefined> {
    for (;;) {
      const outcome = this.#takeReady();
      if (outcome !== undefined) return outcome;
      if (this.#ended && this.#open.size === 0) {
        if (this.#failure !== undefined) throw this.#failure.reason;
        return undefined;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #takeReady(): Outcome | undefined {
    const [index = -1] = this.#ordered ? [this.#next] : this.#ready.keys();
    const outcome = this.#ready.get(index);
    if (outcome === undefined) return undefined;
    this.#ready.delete(index);
    this.#next = index + 1;
    return outcome;
  }
}
