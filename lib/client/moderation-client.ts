import { type Parameters, parametersSchema } from '../contract/request.js';
import { verdictOf } from '../contract/verdict.js';
import { type Clock, systemClock } from '../time/clock.js';
import { type Connection, connect, type Route } from './connect.js';
import { Courier, type CourierOptions } from './delivery/courier.js';
import type { Answer } from './delivery/exchange.js';
import { Gate } from './delivery/gate.js';
import { TokenBucket } from './delivery/token-bucket.js';
import { abortedError, errorOf, surface } from './errors/error-of.js';
import { type Failure, fail } from './errors/failure.js';
import { emitter } from './events.js';
import type { ClientInternals } from './internals.js';
import { classifyMany } from './many/classify-many.js';
import type {
  CallOptions,
  ClassifyAsyncOptions,
  ClassifyManyOptions,
  ClassifyOptions,
  ModerationClientOptions,
} from './options.js';
import type { Classification, Outcome } from './outcome.js';
import type { Post } from './post.js';
import { type CallSettings, callSettings, manySettings, OptionReader, requestBytes } from './settings.js';
import { limitedSignal } from './signals.js';
import { encodeItem, idOf } from './wire/encode.js';
import type { Item } from './wire/item.js';

/** A wait for an asynchronous endpoint: 15 minutes of computing, SageMaker's own limit, and some in the queue. */
const ASYNC_TIMEOUT_MS = 1_200_000;

/**
 * Calls a multimodal moderation service, on SageMaker or straight over HTTP. One client may serve a whole process, and
 * any number of calls at a time; its budget of retries is common to them.
 */
export class ModerationClient {
  readonly #connection: Connection;
  readonly #emit: CourierOptions['emit'];
  readonly #bucket = new TokenBucket();
  readonly #clock: Clock;

  /**
   * @param internals for tests
   * @throws ValidationError `invalid_option`, which lists everything that is wrong with the options.
   */
  constructor(options: ModerationClientOptions, { clock = systemClock }: ClientInternals = {}) {
    this.#clock = clock;
    this.#connection = surfacing(() => connect(options, clock));
    this.#emit = emitter(options.onEvent);
  }

  /**
   * Classifies one post.
   *
   * @throws ModerationClientError of the kind that fits; the post was not judged then.
   */
  async classify(post: Post, options: ClassifyOptions = {}): Promise<Classification> {
    return this.#one(post, options, this.#connection.direct);
  }

  /**
   * Classifies one post on an asynchronous endpoint: submits the request, by S3 where it is large, and waits for the
   * answer in S3.
   *
   * @throws ModerationClientError of the kind that fits; the post was not judged then.
   */
  async classifyAsync(post: Post, options: ClassifyAsyncOptions = {}): Promise<Classification> {
    return this.#one(
      post,
      patient(options),
      surfacing(() => this.#asynchronous()),
    );
  }

  /**
   * Classifies any number of posts, several in a request and several requests at a time, and yields one outcome for
   * each: its answer or its error. Nothing is sent before the first outcome is asked for, and the input is read no more
   * than `maxPending` posts ahead of the reader. Leaving the loop aborts what is on the way and closes the input.
   *
   * What the input throws is thrown after the outcomes of the posts before it; an AbortedError is thrown at once.
   *
   * @throws ValidationError `invalid_option`
   */
  classifyMany(
    posts: Iterable<Post> | AsyncIterable<Post>,
    options: ClassifyManyOptions = {},
  ): AsyncGenerator<Outcome, void> {
    return surfacing(() => {
      const { transport, settings: base } = options.asynchronous
        ? this.#asynchronous()
        : this.#connection.direct;
      const reader = new OptionReader();
      const call = callSettings(base, options.asynchronous ? patient(options) : options, reader);
      const { maxRequestBytes: usual, requestCeiling } = call;
      const maxRequestBytes = requestBytes(options.maxRequestBytes, usual, requestCeiling, reader);
      const settings = { ...call, maxRequestBytes };
      const many = manySettings(options, reader);
      const parameters = parametersOf(options, reader);
      reader.finish();
      return classifyMany(posts, {
        settings,
        many,
        signal: options.signal,
        clock: this.#clock,
        courier: (rest) => this.#courier({ ...rest, settings, parameters, transport }),
      });
    });
  }

  /** Closes idle connections that the client opened itself. Calls that are on the way end as they would. */
  close(): void {
    this.#connection.direct.transport.close();
    this.#connection.asynchronous?.transport.close();
  }

  async #one(post: Post, options: ClassifyOptions, route: Route): Promise<Classification> {
    const { transport } = route;
    const { signal = new AbortController().signal } = options;
    const context = { itemIndex: 0, itemId: idOf(post) };
    try {
      const reader = new OptionReader();
      const settings = callSettings(route.settings, options, reader);
      const parameters = parametersOf(options, reader);
      reader.finish();
      const deadline = this.#clock.now() + settings.timeoutMs;
      const item = await encodeInTime(post, settings, signal, this.#clock);
      const result = await new Promise<Answer | Failure>((resolve, reject) => {
        const settle: CourierOptions['settle'] = (_, settled) => resolve(settled);
        const rest = { settings, parameters, transport, signal, settle, gate: new Gate(1) };
        this.#courier(rest).deliver([item], deadline).catch(reject);
      });
      const { attempts } = item;
      if (!result.ok) throw errorOf(result, { ...context, attempts });
      const { prediction } = result;
      return { verdict: verdictOf(prediction), prediction, ...result.frame, attempts };
    } catch (error) {
      throw signal.aborted ? abortedError(signal, context) : surface(error, context);
    }
  }

  #asynchronous(): Route {
    return (
      this.#connection.asynchronous ??
      fail('invalid_option', 'The client has no asynchronous endpoint; give it the option asynchronous.')
    );
  }

  #courier({ settings, ...rest }: CourierParts): Courier {
    return new Courier({
      ...settings,
      ...rest,
      emit: this.#emit,
      bucket: this.#bucket,
      clock: this.#clock,
      random: Math.random,
    });
  }
}

interface CourierParts
  extends Pick<CourierOptions, 'transport' | 'parameters' | 'gate' | 'signal' | 'settle'> {
  readonly settings: CallSettings;
}

/** The post as it travels; reading its image counts towards `timeoutMs`. */
async function encodeInTime(
  post: Post,
  settings: CallSettings,
  signal: AbortSignal,
  clock: Clock,
): Promise<Item> {
  const time = limitedSignal(signal, settings.timeoutMs, clock);
  try {
    return await encodeItem(post, 0, settings, time.signal);
  } catch (error) {
    if (!time.expired) throw error;
    return fail('timeout', `The image was not read within ${settings.timeoutMs} ms (timeoutMs).`);
  } finally {
    time.dispose();
  }
}

/** The same options with the timeouts of an asynchronous endpoint where none are given. */
function patient<Options extends CallOptions>(options: Options): Options {
  const timeoutMs = options.timeoutMs ?? ASYNC_TIMEOUT_MS;
  return { ...options, timeoutMs, attemptTimeoutMs: options.attemptTimeoutMs ?? timeoutMs };
}

function parametersOf(options: ClassifyOptions, reader: OptionReader): Parameters {
  const { thresholds, timings, frames, windows, tiles, views } = options;
  const given = {
    ...(thresholds && { thresholds: { ...thresholds } }),
    ...(timings && { timings }),
    ...(frames !== undefined && { frames }),
    ...(windows !== undefined && { windows }),
    ...(tiles !== undefined && { tiles }),
    ...(views && { views: [...views] }),
  };
  const parsed = parametersSchema.safeParse(given);
  if (!parsed.success) {
    const places = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    reader.refuse(
      `the parameters are invalid (${places.join('; ')}); expected thresholds from 0 to 1, true or false for frames, windows and tiles, and views of 'shown'`,
    );
  }
  return given;
}

/** Errors as callers see them. */
function surfacing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw surface(error);
  }
}
