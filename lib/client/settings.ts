/** Options as the client works with them: every default filled in, every number in its range. */
import { MAX_EVENT_BYTES } from '../contract/review-event.js';

import { PAYLOAD_LIMITS } from '../sagemaker/payload.js';
import { fail } from './errors/failure.js';
import type { CallOptions, ClassifyManyOptions, CommonOptions, SageMakerTarget } from './options.js';

export interface CallSettings {
  readonly timeoutMs: number;
  readonly attemptTimeoutMs: number;
  readonly maxAttempts: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  readonly maxRequestBytes: number;
  /** What no call may raise `maxRequestBytes` beyond. */
  readonly requestCeiling: RequestCeiling;
  readonly maxImageBytes: number;
  /** Undefined: images travel as they are. */
  readonly downscale: Downscale | undefined;
}

export interface RequestCeiling {
  readonly bytes: number;
  /** For messages: whose limit it is, and what to do about it. */
  readonly reason: string;
}

export interface Downscale {
  readonly shorterEdge: number;
  readonly quality: number;
}

export interface ManySettings {
  readonly ordered: boolean;
  readonly maxItems: number;
  readonly concurrency: number;
  readonly maxPending: number;
  readonly lingerMs: number;
}

const DAY_MS = 86_400_000;
const MiB = 1024 * 1024;

/** Default, least and greatest value of every number. */
const NUMBERS = {
  timeoutMs: [120_000, 1, DAY_MS],
  attemptTimeoutMs: [65_000, 1, DAY_MS],
  maxAttempts: [5, 1, 20],
  baseDelayMs: [200, 0, 60_000],
  maxDelayMs: [20_000, 0, 600_000],
  maxRequestBytes: [PAYLOAD_LIMITS.realtime, 8192, 100 * MiB],
  maxImageBytes: [20 * MiB, 1024, 100 * MiB],
  shorterEdge: [448, 224, 8192],
  quality: [95, 50, 100],
  maxItems: [32, 1, 10_000],
  concurrency: [4, 1, 256],
  maxPending: [256, 1, 1_000_000],
  lingerMs: [20, 0, 10_000],
  maxEventBytes: [MAX_EVENT_BYTES, 8192, MAX_EVENT_BYTES],
  pollIntervalMs: [1000, 10, 600_000],
  inlineBytes: [PAYLOAD_LIMITS.asynchronousInline, 0, PAYLOAD_LIMITS.asynchronousInline],
} as const satisfies Record<string, readonly [number, number, number]>;

type NumberName = keyof typeof NUMBERS;

const CEILING: RequestCeiling = { bytes: NUMBERS.maxRequestBytes[2], reason: 'maxRequestBytes' };
const SERVERLESS_CEILING: RequestCeiling = {
  bytes: PAYLOAD_LIMITS.serverless,
  reason: 'what a serverless endpoint takes',
};

/** Reads numbers and keeps what is wrong with them, so that all of it is told at once. */
export class OptionReader {
  readonly #problems: string[] = [];

  number(name: NumberName, given: number | undefined, fallback: number = NUMBERS[name][0]): number {
    const [, min, max] = NUMBERS[name];
    const value = given ?? fallback;
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    this.refuse(`${name} is ${describe(value)}; expected a whole number from ${min} to ${max}`);
    return fallback;
  }

  refuse(problem: string): void {
    this.#problems.push(problem);
  }

  /** Throws `invalid_option` if anything was refused. */
  finish(): void {
    if (this.#problems.length === 0) return;
    fail('invalid_option', `Invalid options:\n- ${this.#problems.join('\n- ')}`);
  }
}

/** What a client's options amount to. */
export function clientSettings(
  options: CommonOptions & Pick<SageMakerTarget, 'serverless'>,
  reader: OptionReader,
): CallSettings {
  const { retry = {}, serverless = false } = options;
  const requestCeiling = serverless ? SERVERLESS_CEILING : CEILING;
  const usual = Math.min(PAYLOAD_LIMITS.realtime, requestCeiling.bytes);
  return {
    timeoutMs: reader.number('timeoutMs', options.timeoutMs),
    attemptTimeoutMs: reader.number('attemptTimeoutMs', options.attemptTimeoutMs),
    maxAttempts: reader.number('maxAttempts', retry.maxAttempts),
    baseDelayMs: reader.number('baseDelayMs', retry.baseDelayMs),
    maxDelayMs: reader.number('maxDelayMs', retry.maxDelayMs),
    maxRequestBytes: requestBytes(options.maxRequestBytes, usual, requestCeiling, reader),
    requestCeiling,
    maxImageBytes: reader.number('maxImageBytes', options.maxImageBytes),
    downscale: downscaling(options.downscale, undefined, reader),
  };
}

/** A call's options over those of its client. */
export function callSettings(base: CallSettings, options: CallOptions, reader: OptionReader): CallSettings {
  const { retry = {} } = options;
  return {
    ...base,
    timeoutMs: reader.number('timeoutMs', options.timeoutMs, base.timeoutMs),
    attemptTimeoutMs: reader.number('attemptTimeoutMs', options.attemptTimeoutMs, base.attemptTimeoutMs),
    maxAttempts: reader.number('maxAttempts', retry.maxAttempts, base.maxAttempts),
    baseDelayMs: reader.number('baseDelayMs', retry.baseDelayMs, base.baseDelayMs),
    maxDelayMs: reader.number('maxDelayMs', retry.maxDelayMs, base.maxDelayMs),
    downscale: downscaling(options.downscale, base.downscale, reader),
  };
}

/** The settings of requests that all travel inline. */
export function inlineSettings(settings: CallSettings, bytes: number): CallSettings {
  const requestCeiling = {
    bytes,
    reason: 'asynchronous.inlineBytes; set asynchronous.input for larger ones',
  };
  return { ...settings, requestCeiling, maxRequestBytes: Math.min(settings.maxRequestBytes, bytes) };
}

/** `maxRequestBytes` of a client or a call, within what the endpoint takes. */
export function requestBytes(
  given: number | undefined,
  fallback: number,
  { bytes, reason }: RequestCeiling,
  reader: OptionReader,
): number {
  const value = reader.number('maxRequestBytes', given, fallback);
  if (value > bytes) reader.refuse(`maxRequestBytes is ${value}; expected at most ${bytes} (${reason})`);
  return value;
}

export function manySettings(options: ClassifyManyOptions, reader: OptionReader): ManySettings {
  const maxItems = reader.number('maxItems', options.maxItems);
  const concurrency = reader.number('concurrency', options.concurrency);
  const maxPending = reader.number('maxPending', options.maxPending, 2 * maxItems * concurrency);
  if (maxPending < maxItems) {
    reader.refuse(`maxPending is ${maxPending}; expected at least maxItems, which is ${maxItems}`);
  }
  return {
    ordered: options.ordered ?? true,
    maxItems,
    concurrency,
    maxPending,
    lingerMs: reader.number('lingerMs', options.lingerMs),
  };
}

function downscaling(
  given: CommonOptions['downscale'],
  inherited: Downscale | undefined,
  reader: OptionReader,
): Downscale | undefined {
  if (given === undefined) return inherited;
  if (given === false) return undefined;
  const { shorterEdge, quality } = given === true ? {} : given;
  return {
    shorterEdge: reader.number('shorterEdge', shorterEdge, inherited?.shorterEdge),
    quality: reader.number('quality', quality, inherited?.quality),
  };
}

function describe(value: unknown): string {
  return typeof value === 'number' ? String(value) : `${JSON.stringify(value)} (${typeof value})`;
}
