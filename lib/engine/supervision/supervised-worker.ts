import type { Transferable } from 'node:worker_threads';
import type { Clock } from '../scheduling/clock.js';
import type { WorkerThread } from './spawn.js';
import { WorkerHandle, type WorkerTimeouts } from './worker-handle.js';
import { WorkerLost } from './worker-lost.js';

export interface SupervisedWorkerOptions<Request> {
  readonly name: string;
  readonly spawn: () => WorkerThread;
  /** A call that a replacement must answer before it counts as ready. Whoever started the first one warms that up. */
  readonly probe: () => Request;
  readonly timeouts: WorkerTimeouts;
  readonly clock: Clock;
  readonly onChange: (change: WorkerChange) => void;
}

export type WorkerChange =
  | { readonly kind: 'ready' }
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
  readonly #options: SupervisedWorkerOptions<Request>;
  #state: WorkerState = 'new';
  #handle: WorkerHandle<Request, Response> | undefined;
  #fruitless = 0;
  #cancelRestart: () => void = () => undefined;

  constructor(options: SupervisedWorkerOptions<Request>) {
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

  /** Starts it for the first time. Rejects with what kept it from getting ready. */
  async start(): Promise<void> {
    try {
      await this.#live('first');
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

  async close(): Promise<void> {
    this.#state = 'closed';
    this.#cancelRestart();
    await this.#handle?.end('it was closed');
  }

  /** Brings one life up to the point where it is ready, and watches it from there. */
  async #live(life: 'first' | 'replacement'): Promise<void> {
    const { spawn, name, timeouts, clock, probe, onChange } = this.#options;
    this.#state = 'starting';
    const handle = new WorkerHandle<Request, Response>(spawn(), name, timeouts, clock);
    this.#handle = handle;
    try {
      await handle.ready;
      if (life === 'replacement') await handle.call(probe());
    } catch (error) {
      void handle.end('it failed its probe');
      throw error;
    }
    // It may have been closed since.
    if (!handle.alive) throw await handle.lost;
    this.#state = 'ready';
    void handle.lost.then((reason) => this.#replace(reason));
    onChange({ kind: 'ready' });
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
      this.#live('replacement').catch((error: unknown) => this.#replace(error));
    });
  }
}

/** Nothing after the first loss, for it may be a single bad item. */
function backoffMs(fruitless: number): number {
  if (fruitless <= 1) return 0;
  return Math.min(FIRST_BACKOFF_MS * 2 ** (fruitless - 2), MAX_BACKOFF_MS);
}
