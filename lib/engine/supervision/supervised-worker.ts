import type { Transferable } from 'node:worker_threads';
import type { Clock } from '../scheduling/clock.js';
import type { WorkerThread } from './spawn.js';
import { WorkerHandle, type WorkerTimeouts } from './worker-handle.js';
import { WorkerLost } from './worker-lost.js';

/** A call that every thread must answer before it is used. */
export interface Probe<Request, Response> {
  request(): Request;
  /** Throws for a response that is not as it should be. */
  check(response: Response): void;
}

export interface SupervisedWorkerOptions<Request, Response> {
  readonly name: string;
  readonly spawn: () => WorkerThread;
  /**
   * A thread that takes longer to start and less to answer than that of `spawn`, see {@link SupervisedWorker.improve}.
   * Default: there is none.
   */
  readonly spawnImproved?: (() => WorkerThread) | undefined;
  readonly probe: Probe<Request, Response>;
  readonly timeouts: WorkerTimeouts;
  readonly clock: Clock;
  readonly onChange: (change: WorkerChange) => void;
}

export type WorkerChange =
  | { readonly kind: 'ready' }
  /** The thread that answers fast has taken over. */
  | { readonly kind: 'improved' }
  /** It goes on as it is. */
  | { readonly kind: 'not-improved'; readonly reason: unknown }
  | { readonly kind: 'lost'; readonly reason: unknown }
  | { readonly kind: 'given-up'; readonly reason: unknown };

export type WorkerState = 'new' | 'starting' | 'ready' | 'failed' | 'closed';

/** Lives in a row without one answered call after which a worker is given up: replacing it does not help. */
const MAX_FRUITLESS_LIVES = 8;
const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 5_000;

/**
 * A worker that is replaced when it is lost: at once the first time, then after pauses that double, and no more after
 * {@link MAX_FRUITLESS_LIVES} lives in which nothing was answered but the probe. Only the very first start is not
 * repeated: what keeps it from starting is told to whoever started it.
 */
export class SupervisedWorker<Request, Response> {
  readonly name: string;
  readonly #options: SupervisedWorkerOptions<Request, Response>;
  #state: WorkerState = 'new';
  #handle: WorkerHandle<Request, Response> | undefined;
  /** Every life whose thread is not gone. */
  readonly #lives = new Set<WorkerHandle<Request, Response>>();
  #fruitless = 0;
  #cancelRestart: () => void = () => undefined;

  constructor(options: SupervisedWorkerOptions<Request, Response>) {
    this.name = options.name;
    this.#options = options;
  }

  get state(): WorkerState {
    return this.#state;
  }

  /** Whether a call would be computed at once. */
  get idle(): boolean {
    return this.#state === 'ready' && this.#handle?.alive === true && this.#handle.inFlight === 0;
  }

  /** For how long it has owed an answer, in milliseconds. */
  get busyMs(): number {
    const since = this.#handle?.busySince;
    return since === undefined ? 0 : this.#options.clock.now() - since;
  }

  /** Starts it for the first time. Resolves to the response to its probe; rejects with what kept it from getting ready. */
  async start(): Promise<Response> {
    try {
      return await this.#live();
    } catch (error) {
      if (this.#state !== 'closed') this.#state = 'failed';
      throw error;
    }
  }

  /** Rejects with {@link WorkerLost} when it is lost before it answers, or with the error that it reported. */
  async call(request: Request, transfer: readonly Transferable[]): Promise<Response> {
    const handle = this.#handle;
    if (this.#state !== 'ready' || handle === undefined) {
      throw new WorkerLost(this.name, `it is ${this.#state}`);
    }
    const response = await handle.call(request, transfer);
    this.#fruitless = 0;
    return response;
  }

  /**
   * Starts an improved thread beside the one that answers and puts it in its place as soon as it answers a probe. The
   * first goes on answering when that fails, which `onChange` tells. A replacement is improved without being asked.
   */
  async improve(): Promise<void> {
    const { spawnImproved, onChange } = this.#options;
    if (spawnImproved === undefined) return;
    const before = this.#handle;
    try {
      const { handle: improved } = await this.#bringUp(spawnImproved);
      if (before?.alive) {
        this.#install(improved, 'improved');
        void before.retire('an improved thread took its place');
      } else void improved.end('the thread that it was to follow is gone');
    } catch (reason) {
      if (this.#state !== 'closed') onChange({ kind: 'not-improved', reason });
    }
  }

  async close(): Promise<void> {
    this.#state = 'closed';
    this.#cancelRestart();
    await Promise.all([...this.#lives].map((life) => life.end('it was closed')));
  }

  /** Brings one life up to the point where it is ready, and watches it from there. */
  async #live(): Promise<Response> {
    this.#state = 'starting';
    this.#handle = undefined;
    const { handle, response } = await this.#bringUp(this.#options.spawn);
    this.#install(handle, 'ready');
    return response;
  }

  async #liveAgain(): Promise<void> {
    await this.#live();
    void this.improve();
  }

  async #bringUp(
    spawn: () => WorkerThread,
  ): Promise<{ readonly handle: WorkerHandle<Request, Response>; readonly response: Response }> {
    const { name, timeouts, clock, probe } = this.#options;
    const handle = new WorkerHandle<Request, Response>(spawn(), name, timeouts, clock);
    this.#lives.add(handle);
    void handle.gone.then(() => this.#lives.delete(handle));
    try {
      // At once, not when the thread is ready: this one may be busy then.
      const response = await handle.call(probe.request());
      probe.check(response);
      // It may have been closed since.
      if (!handle.alive) throw await handle.lost;
      return { handle, response };
    } catch (error) {
      void handle.end('it failed its probe');
      throw error;
    }
  }

  #install(handle: WorkerHandle<Request, Response>, kind: 'ready' | 'improved'): void {
    this.#handle = handle;
    this.#state = 'ready';
    void handle.lost.then((reason) => {
      if (this.#handle === handle) this.#replace(reason);
    });
    this.#options.onChange({ kind });
  }

  #replace(reason: unknown): void {
    if (this.#state === 'closed') return;
    this.#fruitless += 1;
    if (this.#fruitless >= MAX_FRUITLESS_LIVES) {
      this.#state = 'failed';
      this.#options.onChange({ kind: 'given-up', reason });
      return;
    }
    this.#state = 'starting';
    this.#options.onChange({ kind: 'lost', reason });
    this.#cancelRestart = this.#options.clock.after(backoffMs(this.#fruitless), () => {
      this.#liveAgain().catch((error: unknown) => this.#replace(error));
    });
  }
}

/** Nothing after the first loss, for it may be a single bad item. */
function backoffMs(fruitless: number): number {
  if (fruitless <= 1) return 0;
  return Math.min(FIRST_BACKOFF_MS * 2 ** (fruitless - 2), MAX_BACKOFF_MS);
}
