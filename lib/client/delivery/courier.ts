import type { Failure } from '../errors/failure.js';
import { allowManyListeners, sleep } from '../signals.js';
import type { Item } from '../wire/item.js';
import { type BackoffOptions, waitMs } from './backoff.js';
import { type Answer, type ExchangeOptions, exchange, type Verdict } from './exchange.js';
import type { Gate } from './gate.js';
import { dividingCost, halves, isDivisible, isOverload, retryGroups } from './regroup.js';
import { RETRY_COST, type TokenBucket } from './token-bucket.js';

export interface CourierOptions extends ExchangeOptions, BackoffOptions {
  readonly timeoutMs: number;
  readonly maxAttempts: number;
  readonly bucket: TokenBucket;
  /** Held while a request is on the way, not while it waits for its next attempt. */
  readonly gate: Gate;
  readonly signal: AbortSignal;
  /** Told what became of a post, once for each. */
  readonly settle: (item: Item, result: Answer | Failure) => void;
}

/** A request that has to be sent, and what it took from the bucket. */
interface Parcel {
  readonly items: readonly Item[];
  /** On the clock of the courier. */
  readonly deadline: number;
  readonly cost: number;
}

/** The failed posts of a request, as they are sent again. */
interface Plan {
  readonly groups: readonly (readonly Item[])[];
  readonly delayMs: number;
  /** Retry tokens for each group. */
  readonly cost: number;
}

/** Brings posts to the service, as often as it takes, until each has its answer or an error that stands. */
export class Courier {
  readonly #options: CourierOptions;

  constructor(options: CourierOptions) {
    this.#options = options;
    allowManyListeners(options.signal);
  }

  /**
   * Delivers posts that may share a request. Without a deadline (on the courier's clock) they have `timeoutMs` from when
   * they are first sent. Rejects only with the signal's reason, or with a defect.
   */
  async deliver(items: readonly Item[], deadline?: number): Promise<void> {
    const { gate, signal, timeoutMs, clock } = this.#options;
    const passage = await gate.enter(signal);
    await this.#send({ items, deadline: deadline ?? clock.now() + timeoutMs, cost: 0 }, passage);
  }

  async #send(parcel: Parcel, passage: Awaited<ReturnType<Gate['enter']>>): Promise<void> {
    const { bucket, settle, signal } = this.#options;
    const { items, deadline } = parcel;
    let overloaded = false;
    let exchanged: Awaited<ReturnType<typeof exchange>>;
    try {
      exchanged = await exchange(items, deadline, this.#options, signal);
      overloaded = isOverload(exchanged.whole);
    } finally {
      passage.leave(overloaded);
    }
    const { verdicts, whole } = exchanged;
    if (whole === undefined) bucket.reward(parcel.cost);
    const failed: Failed[] = [];
    for (const verdict of verdicts) {
      if (isFailed(verdict)) failed.push(verdict);
      else settle(verdict.item, verdict.result);
    }
    if (failed.length > 0) await this.#again(failed, whole, deadline);
  }

  /** Sends failed posts again where that may help, and settles the others. */
  async #again(failed: readonly Failed[], whole: Failure | undefined, deadline: number): Promise<void> {
    const { settle, signal, gate, emit, clock } = this.#options;
    const plan = this.#divide(failed, whole) ?? this.#retry(failed, deadline);
    const again = new Set(plan?.groups.flat());
    for (const { item, result } of failed) if (!again.has(item)) settle(item, result);
    if (plan === undefined) return;
    const { groups, delayMs, cost } = plan;
    const code = failed[0]?.result.code ?? '';
    emit({ type: 'retry', code, items: again.size, requests: groups.length, delayMs });
    if (delayMs > 0) await sleep(delayMs, signal, clock);
    await Promise.all(
      groups.map(async (items) => this.#send({ items, deadline, cost }, await gate.enter(signal))),
    );
  }

  #divide(failed: readonly Failed[], whole: Failure | undefined): Plan | undefined {
    if (!isDivisible(whole, failed.length)) return undefined;
    const cost = dividingCost(whole);
    const groups = halves(failed.map(({ item }) => item));
    return this.#options.bucket.take(cost * groups.length) ? { groups, delayMs: 0, cost } : undefined;
  }

  #retry(failed: readonly Failed[], deadline: number): Plan | undefined {
    const { maxAttempts, bucket, clock } = this.#options;
    const passing = failed.filter(({ item, result }) => result.retryable && item.retries < maxAttempts - 1);
    if (passing.length === 0) return undefined;
    const items = passing.map(({ item }) => item);
    const failures = passing.map(({ result }) => result);
    const retries = Math.max(...items.map((item) => item.retries));
    const hints = failures.flatMap(({ retryAfterMs }) => retryAfterMs ?? []);
    const delayMs = waitMs(this.#options, {
      retries,
      retryAfterMs: hints.length > 0 ? Math.max(...hints) : undefined,
      overloaded: failures.some(isOverload),
    });
    // A wait that ends after the deadline is no use: the reason is told now.
    if (clock.now() + delayMs >= deadline) return undefined;
    const groups = retryGroups(items, failures, retries + 2 >= maxAttempts);
    if (!bucket.take(RETRY_COST * groups.length)) return undefined;
    for (const item of items) item.retries += 1;
    return { groups, delayMs, cost: RETRY_COST };
  }
}

interface Failed extends Verdict {
  readonly result: Failure;
}

function isFailed(verdict: Verdict): verdict is Failed {
  return !verdict.result.ok;
}
