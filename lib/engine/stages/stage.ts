import { ModerationError } from '../../contract/errors.js';
import type { EngineContext } from '../context.js';
import type { StageName } from '../observer.js';
import { Batcher, type SubmitOptions } from '../scheduling/batcher.js';
import type { BatchBounds } from '../scheduling/choose-batch.js';
import type { WorkerEntry } from '../supervision/spawn.js';
import { type Probe, SupervisedWorker, type WorkerChange } from '../supervision/supervised-worker.js';
import { type Adapter, WorkerBackend } from '../supervision/worker-backend.js';
import { WorkerLost } from '../supervision/worker-lost.js';

export interface StageOptions<Input, Output, Request, Response> {
  readonly name: StageName;
  /** The worker's entry file and what it starts with. */
  readonly entry: WorkerEntry;
  readonly start: unknown;
  /** What a worker starts with that takes longer to start and less to answer, and follows the first. Default: none. */
  readonly improvedStart?: unknown;
  /** How many workers share the stage's queue from the start on. */
  readonly workers: number;
  /** Workers that join these behind the first answers, see {@link Stage.improve}, and what they start with. Default: none. */
  readonly late?: { readonly workers: number; readonly start: unknown };
  /** An item that every new worker must compute before it is used. */
  readonly probe: () => Input;
  readonly adapter: Adapter<Input, Output, Request, Response>;
  readonly bounds: BatchBounds;
  readonly capacity: number;
  readonly weigh: (item: Input) => number;
}

/** Where a stage notes its times for one post. */
export type TimingsDraft = Record<string, number>;

/** A worker hangs, as far as the status tells, when it needs this many times as long as it usually does ... */
const HANGING_FACTOR = 20;
/** ... but not before this time: short batches vary more. */
const HANGING_MIN_MS = 5_000;

/** A queue and the workers behind it. */
export class Stage<Input, Output, Request, Response> {
  readonly name: StageName;
  readonly #context: EngineContext;
  readonly #probe: () => Input;
  readonly #adapter: Adapter<Input, Output, Request, Response>;
  /** Those that have started, or are the first to. */
  readonly #workers: SupervisedWorker<Request, Response>[];
  /** Those that may join them. */
  readonly #late: readonly SupervisedWorker<Request, Response>[];
  readonly #backend: WorkerBackend<Input, Output, Request, Response>;
  readonly #batcher: Batcher<Input, Output>;

  constructor(options: StageOptions<Input, Output, Request, Response>, context: EngineContext) {
    const { name, entry, start, improvedStart, workers, late, adapter, bounds, capacity, weigh } = options;
    const { clock, spawn, timeouts, observer } = context;
    this.name = name;
    this.#context = context;
    this.#probe = options.probe;
    this.#adapter = adapter;
    const probe: Probe<Request, Response> = {
      request: () => adapter.toCall([options.probe()]).request,
      check: (response) => void this.#outputOf(response),
    };
    const total = workers + (late?.workers ?? 0);
    const supervised = (index: number, first: unknown, improved: unknown) => {
      const worker = total === 1 ? name : `${name}_${index + 1}`;
      return new SupervisedWorker<Request, Response>({
        name: worker,
        spawn: () => spawn(entry, first, worker),
        spawnImproved: improved === undefined ? undefined : () => spawn(entry, improved, worker),
        probe,
        timeouts,
        clock,
        onChange: (change) => this.#onWorkerChange(worker, change),
      });
    };
    this.#workers = Array.from({ length: workers }, (_, index) => supervised(index, start, improvedStart));
    this.#late = Array.from({ length: total - workers }, (_, index) =>
      supervised(workers + index, late?.start, undefined),
    );
    this.#backend = new WorkerBackend(this.#workers, adapter);
    this.#batcher = new Batcher({
      backend: this.#backend,
      bounds,
      capacity,
      weigh,
      clock,
      retriesAlone: (error) => !(error instanceof WorkerLost),
      onBatch: (report) => observer.batch?.({ stage: name, ...report }),
      onDropped: () => observer.dropped?.({ stage: name }),
    });
  }

  get queued(): number {
    return this.#batcher.queued;
  }

  get running(): number {
    return this.#batcher.running;
  }

  /** Whether what is submitted now starts at once. */
  get idle(): boolean {
    return this.#batcher.idle;
  }

  /** Running mean of the time per item at full use, in milliseconds. */
  get msPerItem(): number {
    return this.#batcher.msPerItem / Math.max(1, this.#workers.length);
  }

  get failed(): boolean {
    return this.#workers.some(({ state }) => state === 'failed');
  }

  /** Whether every worker is there and none is silent for much longer than usual. */
  get well(): boolean {
    const usual = HANGING_FACTOR * this.#batcher.msPerBatch;
    const hangsAfter = Math.min(Math.max(usual, HANGING_MIN_MS), this.#context.timeouts.callMs);
    return this.#workers.every(({ state, busyMs }) => state === 'ready' && busyMs < hangsAfter);
  }

  /** Starts the workers. Resolves to what each made of the probe; rejects with what kept one from getting ready. */
  async start(): Promise<Output[]> {
    const responses = await Promise.all(this.#workers.map((worker) => worker.start()));
    return responses.map((response) => this.#outputOf(response));
  }

  /** What a worker made of the probe; throws what is wrong with it. */
  #outputOf(response: Response): Output {
    const [outcome] = this.#adapter.toOutcomes(response, [this.#probe()]);
    if (outcome?.status === 'fulfilled') return outcome.value;
    throw outcome?.reason ?? new Error(`The ${this.name} worker gave nothing for its probe.`);
  }

  /**
   * Resolves when every worker that started fast was followed by one that answers fast, or goes on as it is, and then
   * the late workers have joined them, or are left out because they did not start. The stage fails when that leaves it
   * without any.
   */
  async improve(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.improve()));
    const joining = this.#late.filter(({ state }) => state !== 'closed');
    await Promise.all(joining.map((worker) => this.#join(worker)));
  }

  async #join(worker: SupervisedWorker<Request, Response>): Promise<void> {
    try {
      await worker.start();
    } catch (error) {
      if (worker.state !== 'closed') this.#leaveOut(worker, error);
      return;
    }
    this.#workers.push(worker);
    this.#backend.wake();
  }

  #leaveOut(worker: SupervisedWorker<Request, Response>, reason: unknown): void {
    if (this.#workers.length > 0) {
      this.#onWorkerChange(worker.name, { kind: 'not-improved', reason });
      return;
    }
    this.#workers.push(worker);
    this.#onWorkerChange(worker.name, { kind: 'given-up', reason });
  }

  async submit(
    item: Input,
    signal: AbortSignal,
    timings: TimingsDraft,
    options: Omit<SubmitOptions, 'signal'> = {},
  ): Promise<Output> {
    const { value, waitMs, runMs } = await this.#batcher.submit(item, { ...options, signal });
    timings[`${this.name}_wait`] = waitMs;
    timings[this.name] = runMs;
    return value;
  }

  /** Rejects what waits with `reason` and ends the workers, and with them what runs. */
  async close(reason: unknown): Promise<void> {
    this.#batcher.close(reason);
    await Promise.all([...this.#workers, ...this.#late].map((worker) => worker.close()));
  }

  #onWorkerChange(worker: string, change: WorkerChange): void {
    const { observer, onWorkerChange, logger } = this.#context;
    if (change.kind === 'not-improved') {
      const reason = wordsOf(change.reason);
      logger.warn(
        { worker, reason },
        'A worker that makes answers faster could not be started; it goes on without.',
      );
      return;
    }
    if (change.kind === 'ready' || change.kind === 'improved') {
      observer.worker?.({ worker, change: change.kind });
      this.#backend.wake();
    } else {
      const reason = wordsOf(change.reason);
      observer.worker?.({ worker, change: change.kind, reason });
      this.#onLoss(worker, change, reason);
    }
    onWorkerChange();
  }

  #onLoss(
    worker: string,
    change: Extract<WorkerChange, { kind: 'lost' | 'given-up' }>,
    reason: string,
  ): void {
    const { logger } = this.#context;
    if (change.kind === 'lost') {
      logger.warn({ worker, reason }, 'A worker was lost and is being replaced.');
      return;
    }
    logger.error(
      { worker, reason },
      'A worker was lost again and again; it is given up, and the engine fails.',
    );
    this.#batcher.close(
      new ModerationError('worker_failed', `The ${worker} worker cannot be replaced.`, {
        cause: change.reason,
      }),
    );
  }
}

/** An error's message and that of its cause. The errors of a crashed thread are known by their shape, not their class. */
function wordsOf(error: unknown): string {
  const [message, reason] = [messageOf(error), messageOf((error as { cause?: unknown } | null)?.cause)];
  return reason === undefined || reason === message ? `${message ?? error}` : `${message} ${reason}`;
}

function messageOf(error: unknown): string | undefined {
  const message = (error as { message?: unknown } | null | undefined)?.message;
  return typeof message === 'string' ? message : undefined;
}
