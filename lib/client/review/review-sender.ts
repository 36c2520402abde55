import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import {
  EVENT_OVERHEAD_BYTES,
  MAX_EVENT_BYTES,
  MAX_EVENTS_PER_REQUEST,
} from '../../contract/review-event.js';
import { type Clock, systemClock } from '../../time/clock.js';
import { waitMs } from '../delivery/backoff.js';
import { abortedError, surface } from '../errors/error-of.js';
import { type Failure, fail, failure } from '../errors/failure.js';
import { ReviewNotSentError } from '../errors/review-not-sent.js';
import type { ClientInternals } from '../internals.js';
import type { CallOptions, RetryOptions } from '../options.js';
import { type CallSettings, clientSettings, OptionReader } from '../settings.js';
import { limitedSignal, sleep } from '../signals.js';
import { awsFailure } from '../transport/aws-failure.js';
import { withoutAwsRetries } from '../transport/aws-retries.js';
import { eventBytes, type ReviewEvent } from './event.js';

/** An `EventBridgeClient` of `@aws-sdk/client-eventbridge`, named by its shape because the package is optional. */
export interface EventBridgeClientLike {
  send(...args: never[]): unknown;
  readonly config: object;
}

export interface ReviewSenderOptions {
  /** Name or ARN of the bus: the stack's output `ReviewBusName`. @default the account's default bus */
  readonly eventBusName?: string | undefined;
  /** @default that of the AWS configuration: AWS_REGION, or the profile's */
  readonly region?: string | undefined;
  /**
   * A client of your own, for credentials or proxies. The sender never closes it, and calls it without its own retries.
   *
   * @default an `EventBridgeClient` with the AWS default credential chain, closed by `close()`
   */
  readonly events?: EventBridgeClientLike | undefined;
  /** Milliseconds for one `send`, over all attempts and waits, 1 to 86400000. @default 30000 */
  readonly timeoutMs?: number | undefined;
  /** @default five attempts, waits of up to 0.2 s at first and 20 s at most */
  readonly retry?: RetryOptions | undefined;
}

const TIMEOUT_MS = 30_000;
/** What EventBridge says of an entry that may pass later; everything else would fail again. */
const PASSING = /Throttl|Internal|Unavailable|Timeout|Limit/i;

type EventBridge = typeof import('@aws-sdk/client-eventbridge');

interface Opened {
  readonly module: EventBridge;
  readonly client: EventBridgeClient;
}

interface Unsent {
  readonly event: ReviewEvent;
  readonly reason: Failure;
}

/**
 * Puts review events on an EventBridge bus, through the optional package `@aws-sdk/client-eventbridge`. EventBridge
 * answers 200 even where it refuses entries: each entry's own answer is looked at, and what may pass later is sent again.
 * One sender may serve a whole process.
 */
export class ReviewSender {
  readonly #options: ReviewSenderOptions;
  readonly #settings: CallSettings;
  readonly #clock: Clock;
  #opened: Promise<Opened> | undefined;

  /**
   * @param internals for tests
   * @throws ValidationError `invalid_option`, which lists everything that is wrong with the options
   */
  constructor(options: ReviewSenderOptions = {}, { clock = systemClock }: ClientInternals = {}) {
    this.#options = options;
    this.#clock = clock;
    const reader = new OptionReader();
    this.#settings = clientSettings(
      { retry: options.retry, timeoutMs: options.timeoutMs ?? TIMEOUT_MS },
      reader,
    );
    const { eventBusName } = options;
    if (eventBusName !== undefined && !/^[\w./:-]{1,1600}$/.test(eventBusName)) {
      reader.refuse(`eventBusName is ${JSON.stringify(eventBusName)}; expected the name or ARN of a bus`);
    }
    try {
      reader.finish();
    } catch (error) {
      throw surface(error);
    }
  }

  /**
   * Resolves when EventBridge has taken every event. An event may arrive more than once.
   *
   * @throws ReviewNotSentError, whose `unsent` are the events that were not taken; AbortedError when the signal fires,
   * after which any of them may or may not have been taken
   */
  async send(
    events: ReviewEvent | readonly ReviewEvent[],
    { signal }: Pick<CallOptions, 'signal'> = {},
  ): Promise<void> {
    const time = limitedSignal(signal, this.#settings.timeoutMs, this.#clock);
    const all = Array.isArray(events) ? (events as readonly ReviewEvent[]) : [events as ReviewEvent];
    try {
      await this.#sendAll(all, time.signal);
    } catch (error) {
      if (signal?.aborted) throw abortedError(signal);
      throw surface(error);
    } finally {
      time.dispose();
    }
  }

  /** Closes idle connections of the client that the sender opened itself. */
  close(): void {
    if (this.#options.events !== undefined) return;
    void this.#opened?.then(
      ({ client }) => client.destroy(),
      () => undefined,
    );
  }

  async #sendAll(events: readonly ReviewEvent[], signal: AbortSignal): Promise<void> {
    const { maxAttempts, baseDelayMs, maxDelayMs } = this.#settings;
    const lost: Unsent[] = [];
    let waiting: Unsent[] = events.map((event) => ({ event, reason: NOT_TRIED }));
    for (let attempt = 1; waiting.length > 0; attempt += 1) {
      const unsent: Unsent[] = [];
      for (const chunk of chunksOf(waiting)) unsent.push(...(await this.#put(chunk, signal)));
      lost.push(...unsent.filter(({ reason }) => !reason.retryable));
      waiting = unsent.filter(({ reason }) => reason.retryable);
      if (waiting.length === 0) break;
      const overloaded = waiting.some(({ reason }) => reason.code === 'throttled');
      const ms = waitMs(
        { baseDelayMs, maxDelayMs, random: Math.random },
        { retries: attempt - 1, overloaded },
      );
      const inTime = attempt < maxAttempts && (await waited(ms, signal, this.#clock));
      if (!inTime) break;
    }
    lost.push(...waiting);
    if (lost.length > 0) throw notSent(lost, events.length);
  }

  /** Sends up to ten events and gives those that were not taken, each with the reason. */
  async #put(chunk: readonly Unsent[], signal: AbortSignal): Promise<Unsent[]> {
    const { eventBusName: EventBusName } = this.#options;
    try {
      signal.throwIfAborted();
      const { module, client } = await this.#open();
      const Entries = chunk.map(({ event }) => ({
        ...event,
        ...(EventBusName !== undefined && { EventBusName }),
      }));
      const command = withoutAwsRetries(new module.PutEventsCommand({ Entries }));
      const answers = (await client.send(command, { abortSignal: signal })).Entries ?? [];
      return chunk.flatMap(({ event }, index) => {
        const { EventId, ErrorCode, ErrorMessage } = answers[index] ?? {};
        return EventId && !ErrorCode ? [] : [{ event, reason: refused(ErrorCode, ErrorMessage) }];
      });
    } catch (error) {
      const reason = signal.aborted ? TOO_LATE : reasonOf(error);
      return chunk.map(({ event }) => ({ event, reason }));
    }
  }

  #open(): Promise<Opened> {
    const { events, region } = this.#options;
    this.#opened ??= load().then((module) => ({
      module,
      client:
        // The shape is all that a caller can name without the optional package.
        (events as EventBridgeClient | undefined) ??
        new module.EventBridgeClient(region === undefined ? {} : { region }),
    }));
    return this.#opened;
  }
}

const NOT_TRIED = failure('timeout', 'It was not tried within timeoutMs.');
const TOO_LATE = failure('timeout', 'EventBridge did not answer within timeoutMs.');

function refused(code = 'no EventId', message = 'EventBridge gave no reason.'): Failure {
  const known = /Throttl|Limit/i.test(code) ? 'throttled' : 'request_refused';
  return failure(known, `${code}: ${message}`, { retryable: code === 'no EventId' || PASSING.test(code) });
}

function reasonOf(error: unknown): Failure {
  const inner = (error as { failure?: Failure } | undefined)?.failure;
  return inner ?? awsFailure(error, '');
}

/** False when the time was up before. */
async function waited(ms: number, signal: AbortSignal, clock: Clock): Promise<boolean> {
  try {
    await sleep(ms, signal, clock);
    return true;
  } catch {
    return false;
  }
}

/** As many events as one request holds, by number and by bytes. */
function* chunksOf(waiting: readonly Unsent[]): Generator<Unsent[]> {
  let chunk: Unsent[] = [];
  let bytes = 0;
  for (const each of waiting) {
    const size = eventBytes(each.event) + EVENT_OVERHEAD_BYTES;
    if (chunk.length === MAX_EVENTS_PER_REQUEST || (chunk.length > 0 && bytes + size > MAX_EVENT_BYTES)) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(each);
    bytes += size;
  }
  if (chunk.length > 0) yield chunk;
}

function notSent(lost: readonly Unsent[], all: number): ReviewNotSentError {
  const reasons = [...new Set(lost.map(({ reason }) => reason.message))];
  const { status, requestId, cause } = lost[0]?.reason ?? {};
  return new ReviewNotSentError({
    code: 'review_not_sent',
    message: `${lost.length} of ${all} review events were not sent: ${reasons.slice(0, 3).join(' ')}`,
    retryable: lost.every(({ reason }) => reason.retryable),
    unsent: lost.map(({ event }) => event),
    status,
    requestId: requestId || undefined,
    cause,
  });
}

async function load(): Promise<EventBridge> {
  try {
    return await import('@aws-sdk/client-eventbridge');
  } catch (cause) {
    return fail(
      'package_missing',
      'Sending review events needs the package @aws-sdk/client-eventbridge: npm install @aws-sdk/client-eventbridge, or ' +
        'put the entries on the bus with a client of your own.',
      { cause },
    );
  }
}
