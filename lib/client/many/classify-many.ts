import { verdictOf } from '../../contract/verdict.js';
import type { Clock } from '../../time/clock.js';
import type { Courier, CourierOptions } from '../delivery/courier.js';
import type { Answer } from '../delivery/exchange.js';
import { Gate } from '../delivery/gate.js';
import { abortedError, errorOf } from '../errors/error-of.js';
import { type Failure, FailureSignal } from '../errors/failure.js';
import type { Outcome } from '../outcome.js';
import type { Post } from '../post.js';
import type { CallSettings, ManySettings } from '../settings.js';
import { allowManyListeners } from '../signals.js';
import { encodeItem, idOf } from '../wire/encode.js';
import type { Item } from '../wire/item.js';
import { type Input, Intake } from './intake.js';
import { OutcomeQueue } from './outcome-queue.js';
import { Packer } from './packer.js';
import { Window } from './window.js';

export interface ClassifyManyDeps {
  readonly settings: CallSettings;
  readonly many: ManySettings;
  /** @default never */
  readonly signal: AbortSignal | undefined;
  readonly clock: Clock;
  readonly courier: (options: Pick<CourierOptions, 'gate' | 'signal' | 'settle'>) => Courier;
}

/**
 * One outcome for every post of the input. Reading, sending and yielding run at the same time, in a window of
 * `maxPending` posts. When the reader leaves early, requests on the way are aborted and the input is closed.
 */
export async function* classifyMany(
  input: Input<Post>,
  deps: ClassifyManyDeps,
): AsyncGenerator<Outcome, void> {
  const run = new ManyRun(input, deps);
  try {
    for (let outcome = await run.take(); outcome !== undefined; outcome = await run.take()) yield outcome;
  } finally {
    await run.stop();
  }
}

class ManyRun {
  readonly #settings: CallSettings;
  readonly #window: Window;
  readonly #outcomes: OutcomeQueue;
  readonly #courier: Courier;
  readonly #stop = new AbortController();
  readonly #deliveries = new Set<Promise<void>>();
  readonly #reading: Promise<void>;
  readonly #unfollow: () => void;

  constructor(input: Input<Post>, { settings, many, signal, clock, courier }: ClassifyManyDeps) {
    const { maxItems, maxPending, concurrency, lingerMs, ordered } = many;
    const { maxRequestBytes: maxBytes } = settings;
    this.#settings = settings;
    this.#outcomes = new OutcomeQueue(ordered);
    this.#window = new Window(maxPending, (concurrency + 1) * maxBytes);
    allowManyListeners(this.#stop.signal, signal);
    this.#unfollow = this.#follow(signal);
    this.#courier = courier({
      gate: new Gate(concurrency),
      signal: this.#stop.signal,
      settle: (item, result) => this.#settle(item, result),
    });
    const intake = new Intake({
      input,
      window: this.#window,
      packer: new Packer({ maxItems, maxBytes }),
      lingerMs,
      clock,
      signal: this.#stop.signal,
      prepare: (post, index) => this.#prepare(post, index),
      deliver: (pack) => this.#deliver(pack),
    });
    this.#reading = intake.run().then(
      () => this.#outcomes.end(),
      (reason) => this.#outcomes.end({ reason }),
    );
  }

  async take(): Promise<Outcome | undefined> {
    const outcome = await this.#outcomes.take();
    if (outcome !== undefined) this.#window.removeItem();
    return outcome;
  }

  /** Leaves nothing behind: no request, no timer, no listener, no open input. */
  async stop(): Promise<void> {
    this.#unfollow();
    this.#stop.abort();
    await this.#reading;
    await Promise.all(this.#deliveries);
  }

  #follow(signal: AbortSignal | undefined): () => void {
    if (signal === undefined) return () => undefined;
    const abort = (): void => {
      this.#outcomes.fail(abortedError(signal));
      this.#stop.abort(signal.reason);
    };
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    return () => signal.removeEventListener('abort', abort);
  }

  async #prepare(post: Post, index: number): Promise<Item | undefined> {
    this.#outcomes.open(index);
    try {
      return await encodeItem(post, index, this.#settings, this.#stop.signal);
    } catch (error) {
      if (error instanceof FailureSignal) this.#refuse(index, idOf(post), error.failure, 0);
      else if (!this.#stop.signal.aborted) this.#outcomes.fail(error);
      return undefined;
    }
  }

  #deliver(pack: readonly Item[]): void {
    const delivery = this.#courier
      .deliver(pack)
      .catch((error) => {
        if (!this.#stop.signal.aborted) this.#outcomes.fail(error);
      })
      .finally(() => this.#deliveries.delete(delivery));
    this.#deliveries.add(delivery);
  }

  #settle({ index, id, bytes, attempts }: Item, result: Answer | Failure): void {
    this.#window.removeBytes(bytes.byteLength);
    if (!result.ok) {
      this.#refuse(index, id, result, attempts);
      return;
    }
    const { prediction, frame } = result;
    this.#outcomes.put({
      ok: true,
      index,
      id,
      verdict: verdictOf(prediction),
      prediction,
      ...frame,
      attempts,
    });
  }

  #refuse(itemIndex: number, itemId: string | undefined, failure: Failure, attempts: number): void {
    const error = errorOf(failure, { itemIndex, itemId, attempts });
    this.#outcomes.put({ ok: false, index: itemIndex, id: itemId, verdict: 'review', error });
  }
}
