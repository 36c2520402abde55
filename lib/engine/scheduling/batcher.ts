import { ModerationError } from '../../contract/errors.js';
import type { Backend } from './backend.js';
import { type BatchBounds, batchCost, chooseBatch } from './choose-batch.js';
import type { Clock } from './clock.js';
import { ServiceTime } from './service-time.js';
import { type Completed, Submission } from './submission.js';
import { URGENT, type Urgency } from './urgency.js';

export interface BatcherOptions<Input, Output> {
  readonly backend: Backend<Input, Output>;
  readonly bounds: BatchBounds;
  /** Items that may wait. */
  readonly capacity: number;
  /** What an item contributes to the cost of its batch. */
  readonly weigh: (item: Input) => number;
  /** Whether the items of a batch that failed with this error may run again, each alone. */
  readonly retriesAlone: (error: unknown) => boolean;
  readonly clock: Clock;
  readonly onBatch?: (report: BatchReport) => void;
  /** An item left the queue uncomputed. */
  readonly onDropped?: () => void;
}

export interface BatchReport {
  readonly items: number;
  readonly cost: number;
  /** How long each item waited in this queue since it was wanted. */
  readonly waitMs: readonly number[];
  readonly runMs: number;
  /** `split`: it failed as a whole and its items run again, each alone. */
  readonly outcome: 'ok' | 'split' | 'failed';
}

type Attempt<Output> =
  | { readonly outcomes: readonly PromiseSettledResult<Output>[] }
  | { readonly error: unknown };

export interface SubmitOptions {
  readonly signal?: AbortSignal | undefined;
  /** Until it rises the item starts no batch, and goes with what does. Default: it is wanted at once. */
  readonly urgency?: Urgency | undefined;
  /** Called when a batch with the item starts: again where it failed and the item runs alone. */
  readonly onStart?: (() => void) | undefined;
}

/** From so many items on, a batch is worth waiting for: a batch of four texts takes little longer than one of two. */
const WORTH_WAITING = 3;

/**
 * A bounded queue that forms batches. No timer forms them: what gathered while the backend was busy is the next batch, and
 * an idle backend starts with what came in the same turn of the event loop.
 *
 * A backend that runs several batches side by side gets even ones. While one runs, the next waits for its share of all
 * items that wait or run, because two small batches cost more than one that is twice as large. It waits until the share
 * is there or the other has ended, and no longer than a batch usually takes, should the other hang.
 *
 * An item that is not wanted yet fills up a batch of those that are. Once it is, it has the place that it came for: what
 * came later does not go before it.
 *
 * Every submission settles exactly once. One whose signal aborts while it waits is never computed; one that aborts while
 * it runs is settled at once and its result dropped. A batch that fails as a whole costs only the items that fail again
 * alone.
 */
export class Batcher<Input, Output> {
  readonly #options: BatcherOptions<Input, Output>;
  /** In the order of arrival. */
  readonly #waiting = new Set<Submission<Input, Output>>();
  /** Items of failed batches: they run alone, before anything else. */
  readonly #suspects = new Set<Submission<Input, Output>>();
  readonly #itemTime = new ServiceTime();
  readonly #batchTime = new ServiceTime();
  readonly #running = new Set<Submission<Input, Output>>();
  #runs = 0;
  #deferred = false;
  /** Ends the patience with which a batch waits for its share; undefined where none does. */
  #endPatience: (() => void) | undefined;
  #closed: { readonly reason: unknown } | undefined;

  constructor(options: BatcherOptions<Input, Output>) {
    this.#options = options;
    options.backend.onFree(() => this.#dispatch());
  }

  /** Items that wait. */
  get queued(): number {
    return this.#waiting.size + this.#suspects.size;
  }

  /** Items that are being computed. */
  get running(): number {
    return this.#running.size;
  }

  /** Whether what is submitted now starts at once. */
  get idle(): boolean {
    return this.queued === 0 && this.#options.backend.free > 0;
  }

  /** Running mean of a batch's time over its items, in milliseconds. */
  get msPerItem(): number {
    return this.#itemTime.mean;
  }

  /** Running mean of a batch's time, in milliseconds. */
  get msPerBatch(): number {
    return this.#batchTime.mean;
  }

  /** Rejects with `overloaded` when the queue is full, and with the signal's reason when it aborts. */
  submit(item: Input, { signal, urgency = URGENT, onStart }: SubmitOptions = {}): Promise<Completed<Output>> {
    const { weigh, capacity } = this.#options;
    if (this.#closed !== undefined) return Promise.reject(this.#closed.reason);
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.queued >= capacity) {
      return Promise.reject(
        new ModerationError('overloaded', `The queue is full: it holds ${capacity} items.`),
      );
    }
    const submission = new Submission<Input, Output>(item, weigh(item), { signal, onStart }, (gone) =>
      this.#dequeue(gone),
    );
    this.#waiting.add(submission);
    urgency.whenRaised(() => this.#want(submission));
    return submission.result;
  }

  /** Rejects what waits, what runs and what is submitted from now on. */
  close(reason: unknown): void {
    this.#closed ??= { reason };
    this.#endPatience?.();
    for (const submission of this.#running) submission.reject(reason);
    for (const submission of [...this.#suspects, ...this.#waiting]) {
      submission.reject(reason);
      this.#dequeue(submission);
    }
  }

  #dequeue(submission: Submission<Input, Output>): void {
    const waited = this.#waiting.delete(submission) || this.#suspects.delete(submission);
    if (waited) this.#options.onDropped?.();
  }

  #want(submission: Submission<Input, Output>): void {
    submission.want(this.#options.clock.now());
    if (this.#waiting.has(submission)) this.#dispatchSoon();
  }

  #dispatchSoon(): void {
    if (this.#deferred) return;
    this.#deferred = true;
    this.#options.clock.defer(() => {
      this.#deferred = false;
      this.#dispatch();
    });
  }

  /** @param patient whether the first batch may wait for its share; what is left by it goes at once */
  #dispatch(patient = true): void {
    for (let first = true; this.#options.backend.free > 0; first = false) {
      const batch = this.#takeBatch(patient && first);
      if (batch === undefined) return;
      void this.#run(batch);
    }
  }

  #takeBatch(patient: boolean): readonly Submission<Input, Output>[] | undefined {
    const [suspect] = this.#suspects;
    if (suspect !== undefined) {
      this.#suspects.delete(suspect);
      return [suspect];
    }
    const [first] = this.#wanted(true);
    if (first === undefined) return undefined;
    const share = this.#share();
    if (patient && this.#waitsFor(share)) return undefined;
    this.#endPatience?.();
    const batch = chooseBatch(this.#candidates(), { ...this.#options.bounds, maxItems: share });
    for (const submission of batch ?? []) this.#waiting.delete(submission);
    return batch;
  }

  /** Those that are wanted go first, so that the others keep nobody waiting. */
  *#candidates(): Generator<Submission<Input, Output>> {
    yield* this.#wanted(true);
    yield* this.#wanted(false);
  }

  *#wanted(wanted: boolean): Generator<Submission<Input, Output>> {
    for (const submission of this.#waiting) if (submission.wanted === wanted) yield submission;
  }

  /** Of all items, for each of the batches that can run side by side. */
  #share(): number {
    const { bounds, backend } = this.#options;
    const share = Math.ceil((this.#waiting.size + this.#running.size) / (backend.free + this.#runs));
    return Math.min(bounds.maxItems, Math.max(1, share));
  }

  #waitsFor(share: number): boolean {
    const waits = this.#runs > 0 && share >= WORTH_WAITING && this.#waiting.size < share;
    if (!waits || this.#endPatience !== undefined) return waits;
    const cancel = this.#options.clock.after(this.msPerBatch, () => {
      this.#endPatience = undefined;
      this.#dispatch(false);
    });
    this.#endPatience = () => {
      this.#endPatience = undefined;
      cancel();
    };
    return true;
  }

  async #run(batch: readonly Submission<Input, Output>[]): Promise<void> {
    const { clock, onBatch } = this.#options;
    const start = clock.now();
    for (const submission of batch) {
      this.#running.add(submission);
      submission.onStart?.();
    }
    this.#runs += 1;
    const attempt = await this.#attempt(batch);
    for (const submission of batch) this.#running.delete(submission);
    this.#runs -= 1;
    const runMs = clock.now() - start;
    const outcome = this.#settle(batch, attempt, start, runMs);
    if (outcome === 'ok') {
      this.#itemTime.record(runMs / batch.length);
      this.#batchTime.record(runMs);
    }
    onBatch?.({
      items: batch.length,
      cost: batchCost(batch),
      waitMs: batch.map((submission) => submission.waitMs(start)),
      runMs,
      outcome,
    });
    this.#dispatch();
  }

  async #attempt(batch: readonly Submission<Input, Output>[]): Promise<Attempt<Output>> {
    try {
      const outcomes = await this.#options.backend.run(batch.map(({ item }) => item));
      if (outcomes.length === batch.length) return { outcomes };
      throw new RangeError(`A batch of ${batch.length} items gave ${outcomes.length} outcomes.`);
    } catch (error) {
      return { error };
    }
  }

  #settle(
    batch: readonly Submission<Input, Output>[],
    attempt: Attempt<Output>,
    start: number,
    runMs: number,
  ): BatchReport['outcome'] {
    if ('error' in attempt) return this.#settleFailure(batch, attempt.error);
    for (const [index, submission] of batch.entries()) {
      const outcome = attempt.outcomes[index];
      if (outcome?.status === 'fulfilled') {
        submission.resolve({ value: outcome.value, waitMs: submission.waitMs(start), runMs });
      } else {
        submission.reject(outcome?.reason);
      }
    }
    return 'ok';
  }

  #settleFailure(batch: readonly Submission<Input, Output>[], error: unknown): BatchReport['outcome'] {
    const runAgain = batch.length > 1 && this.#closed === undefined && this.#options.retriesAlone(error);
    for (const submission of batch) {
      if (!runAgain) submission.reject(error);
      else if (!submission.settled) this.#suspects.add(submission);
    }
    return runAgain ? 'split' : 'failed';
  }
}
