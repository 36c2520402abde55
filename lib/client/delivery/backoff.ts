export interface BackoffOptions {
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

export interface Wait {
  /** Retries that were made already. */
  readonly retries: number;
  /** What the service asked for, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** Whether the service said that it has too much to do. */
  readonly overloaded: boolean;
}

/** A service that is full needs seconds, not the milliseconds that a broken connection does. */
const OVERLOAD_FACTOR = 5;

/**
 * Milliseconds to wait: full jitter, uniform between nothing and a bound that doubles with every retry, so that callers
 * who failed together do not come back together (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 * What the service asks for is waited out first, never shortened.
 */
export function waitMs({ baseDelayMs, maxDelayMs, random }: BackoffOptions, wait: Wait): number {
  const hinted = wait.retryAfterMs !== undefined;
  const base = wait.overloaded && !hinted ? OVERLOAD_FACTOR * baseDelayMs : baseDelayMs;
  const bound = Math.min(maxDelayMs, base * 2 ** wait.retries);
  return Math.round((wait.retryAfterMs ?? 0) + random() * bound);
}
