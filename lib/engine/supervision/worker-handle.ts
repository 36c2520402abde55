import type { Transferable } from 'node:worker_threads';
import { type Deferred, deferred } from '../deferred.js';
import type { Clock } from '../scheduling/clock.js';
import { fromErrorMessage } from '../workers/error-message.js';
import type { CallMessage, WorkerMessage } from '../workers/messages.js';
import type { WorkerThread } from './spawn.js';
import { WorkerLost } from './worker-lost.js';

export interface WorkerTimeouts {
  /** Until it must say that it is ready. */
  readonly startMs: number;
  /** Until it must have answered a call; counted from when it was ready. */
  readonly callMs: number;
}

interface Pending<Response> {
  readonly since: number;
  readonly answer: Deferred<Response>;
  cancelTimeout: () => void;
}

/**
 * One life of a worker thread, as typed calls. Whatever ends it (a crash, an exit, silence beyond the timeout) settles
 * `lost` and rejects all calls with {@link WorkerLost}; it is never used again.
 */
export class WorkerHandle<Request, Response> {
  readonly #thread: WorkerThread;
  readonly #name: string;
  readonly #timeouts: WorkerTimeouts;
  readonly #clock: Clock;
  readonly #ready = deferred<void>();
  readonly #lost = deferred<Error>();
  readonly #gone = deferred<void>();
  readonly #pending = new Map<number, Pending<Response>>();
  readonly #cancelStartTimeout: () => void;
  #isReady = false;
  #nextId = 0;
  #ended: Error | undefined;

  constructor(thread: WorkerThread, name: string, timeouts: WorkerTimeouts, clock: Clock) {
    this.#thread = thread;
    this.#name = name;
    this.#timeouts = timeouts;
    this.#clock = clock;
    this.#cancelStartTimeout = clock.after(timeouts.startMs, () =>
      this.#lose(`it was not ready within ${timeouts.startMs} ms`),
    );
    // Whoever asks for `ready` sees the rejection; nobody has to ask.
    this.#ready.promise.catch(() => undefined);
    thread.on('message', (message) => this.#receive(message as WorkerMessage<Response>));
    thread.on('messageerror', (error) => this.#lose('its message could not be read', error));
    thread.on('error', (error) => this.#lose('it crashed', error));
    thread.on('exit', (code) => {
      this.#lose(`it exited with code ${code}`);
      this.#gone.resolve();
    });
  }

  /** Resolves when it can be called; rejects with why it cannot. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Resolves, once, with what ended it. */
  get lost(): Promise<Error> {
    return this.#lost.promise;
  }

  /** Resolves when the thread is no more. */
  get gone(): Promise<void> {
    return this.#gone.promise;
  }

  get alive(): boolean {
    return this.#ended === undefined;
  }

  /** Calls that were not answered yet. */
  get inFlight(): number {
    return this.#pending.size;
  }

  /** When the oldest unanswered call was made. */
  get busySince(): number | undefined {
    const [oldest] = this.#pending.values();
    return oldest?.since;
  }

  /** May be called at once: the thread answers when it is ready. Rejects with what keeps it from answering. */
  async call(request: Request, transfer: readonly Transferable[] = []): Promise<Response> {
    if (this.#ended !== undefined) throw this.#ended;
    const id = this.#nextId++;
    const message: CallMessage<Request> = { kind: 'call', id, request };
    this.#thread.postMessage(message, transfer);
    const cancelTimeout = this.#isReady ? this.#expectAnswer() : () => undefined;
    const answer = deferred<Response>();
    this.#pending.set(id, { since: this.#clock.now(), answer, cancelTimeout });
    return answer.promise;
  }

  /** Lets it answer what it owes, then ends it. It must not be called any more. */
  async retire(reason: string): Promise<void> {
    await Promise.allSettled([...this.#pending.values()].map(({ answer }) => answer.promise));
    await this.end(reason);
  }

  /** Ends it. Resolves when the thread is gone: one inside a native call ends when that returns. */
  async end(reason: string): Promise<void> {
    this.#lose(reason);
    await this.#gone.promise;
  }

  /** Loses the thread unless the timeout is cancelled in time. */
  #expectAnswer(): () => void {
    const { callMs } = this.#timeouts;
    return this.#clock.after(callMs, () => this.#lose(`it did not answer within ${callMs} ms`));
  }

  #becomeReady(): void {
    this.#cancelStartTimeout();
    this.#isReady = true;
    for (const pending of this.#pending.values()) pending.cancelTimeout = this.#expectAnswer();
    this.#ready.resolve();
  }

  #receive(message: WorkerMessage<Response>): void {
    switch (message.kind) {
      case 'ready':
        this.#becomeReady();
        break;
      case 'unusable':
        this.#end(fromErrorMessage(message.error));
        break;
      case 'result':
        this.#take(message.id)?.answer.resolve(message.response);
        break;
      case 'error':
        this.#take(message.id)?.answer.reject(fromErrorMessage(message.error));
        break;
    }
  }

  #take(id: number): Pending<Response> | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.cancelTimeout();
    return pending;
  }

  #lose(reason: string, cause?: unknown): void {
    this.#end(new WorkerLost(this.#name, reason, cause));
  }

  #end(error: Error): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    this.#cancelStartTimeout();
    this.#ready.reject(error);
    for (const { answer, cancelTimeout } of this.#pending.values()) {
      cancelTimeout();
      answer.reject(error);
    }
    this.#pending.clear();
    this.#lost.resolve(error);
    this.#thread.stop();
  }
}
