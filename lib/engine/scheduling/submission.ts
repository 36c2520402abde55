import { deferred } from '../deferred.js';

/** An item's result and what it took. */
export interface Completed<Output> {
  readonly value: Output;
  /** From when it was wanted to the start of the run that gave the result, in milliseconds. */
  readonly waitMs: number;
  /** The whole batch's run, in milliseconds. */
  readonly runMs: number;
}

export interface SubmissionOptions {
  readonly signal: AbortSignal | undefined;
  readonly onStart: (() => void) | undefined;
}

/** One item's stay in a batcher. It settles once; what comes later is dropped. */
export class Submission<Input, Output> {
  /** Called whenever a run of the item starts. */
  readonly onStart: (() => void) | undefined;
  readonly #result = deferred<Completed<Output>>();
  readonly #stopListening: () => void;
  #settled = false;
  #wantedAt = Number.POSITIVE_INFINITY;

  /** `onAbort` is called after the submission was rejected with the signal's reason. */
  constructor(
    readonly item: Input,
    readonly weight: number,
    { signal, onStart }: SubmissionOptions,
    onAbort: (submission: Submission<Input, Output>) => void,
  ) {
    this.onStart = onStart;
    const abort = () => {
      this.reject(signal?.reason);
      onAbort(this);
    };
    this.#stopListening = () => signal?.removeEventListener('abort', abort);
    signal?.addEventListener('abort', abort);
  }

  get result(): Promise<Completed<Output>> {
    return this.#result.promise;
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** It is wanted from now on: the time on the batcher's clock. */
  want(now: number): void {
    this.#wantedAt = now;
  }

  get wanted(): boolean {
    return this.#wantedAt < Number.POSITIVE_INFINITY;
  }

  /** How long it was wanted before a run that started then. */
  waitMs(start: number): number {
    return Math.max(0, start - this.#wantedAt);
  }

  resolve(completed: Completed<Output>): void {
    this.#settled = true;
    this.#stopListening();
    this.#result.resolve(completed);
  }

  reject(reason: unknown): void {
    this.#settled = true;
    this.#stopListening();
    this.#result.reject(reason);
  }
}
