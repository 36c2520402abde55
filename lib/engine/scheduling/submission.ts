import { deferred } from '../deferred.js';

/** An item's result and what it took. */
export interface Completed<Output> {
  readonly value: Output;
  /** From submission to the start of the run that gave the result, in milliseconds. */
  readonly waitMs: number;
  /** The whole batch's run, in milliseconds. */
  readonly runMs: number;
}

/** One item's stay in a batcher. It settles once; what comes later is dropped. */
export class Submission<Input, Output> {
  readonly #result = deferred<Completed<Output>>();
  readonly #stopListening: () => void;
  #settled = false;

  /** `onAbort` is called after the submission was rejected with the signal's reason. */
  constructor(
    readonly item: Input,
    readonly weight: number,
    /** When it was submitted, on the batcher's clock. */
    readonly since: number,
    signal: AbortSignal | undefined,
    onAbort: (submission: Submission<Input, Output>) => void,
  ) {
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
