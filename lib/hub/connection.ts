/** Requests to a hub: who may see the token, which failures are worth another try, and what to tell about the others. */
import { setTimeout as delay } from 'node:timers/promises';
import { ModerationError } from '../contract/errors.js';
import { explainStatus, HubInterrupted, isTransient } from './refusal.js';

export const DEFAULT_HUB_URL = 'https://huggingface.co';

export interface HubOptions {
  /** Default: {@link DEFAULT_HUB_URL}. A mirror's address may have a path. */
  readonly url?: string | undefined;
  /** Access token, for gated and private repositories. Sent to the hub's own origin and nowhere else. */
  readonly token?: string | undefined;
  /** Pause before the second attempt in milliseconds; it doubles with every further one. Default: 500. */
  readonly retryDelayMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Attempts in a row that may bring nothing before the work is given up. */
const MAX_ATTEMPTS = 5;
const MAX_DELAY_MS = 30_000;

export class Hub {
  /** Without a slash at its end. */
  readonly url: string;
  readonly signal: AbortSignal | undefined;
  readonly #token: string | undefined;
  readonly #origin: string;
  readonly #retryDelayMs: number;

  /** @throws ModerationError `invalid_configuration` when the address is none, or would expose the token */
  constructor({ url = DEFAULT_HUB_URL, token, retryDelayMs = 500, signal }: HubOptions = {}) {
    const parsed = parseHubUrl(url, token !== undefined);
    this.url = parsed.href.replace(/\/+$/, '');
    this.#origin = parsed.origin;
    this.#token = token;
    this.#retryDelayMs = retryDelayMs;
    this.signal = signal;
  }

  /**
   * `fetch` for the hub's library. The token goes to the hub's origin only: the storage that files are redirected to, or
   * a link in a reply, never sees it. Anything but success throws.
   *
   * @throws ModerationError `invalid_configuration` when the hub refuses; HubInterrupted when trying again may help
   */
  readonly fetch: typeof fetch = async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const headers = new Headers(init.headers);
    if (this.#token !== undefined && url.origin === this.#origin) {
      headers.set('authorization', `Bearer ${this.#token}`);
    }
    let response: Response;
    try {
      response = await fetch(url, { ...init, headers, ...(this.signal && { signal: this.signal }) });
    } catch (error) {
      this.signal?.throwIfAborted();
      throw new HubInterrupted(`${url.host} cannot be reached (${reasonOf(error)})`, { cause: error });
    }
    if (!response.ok)
      throw await explainStatus(response, { hub: this.url, hasToken: this.#token !== undefined });
    return response;
  };

  /**
   * Repeats work that was interrupted, after growing pauses.
   *
   * @param progress grows whenever the work gets on; an attempt that got on does not count as failed
   * @throws ModerationError `invalid_configuration` when the hub stays out of reach
   */
  async persist<T>(work: () => Promise<T>, progress: () => number = () => 0): Promise<T> {
    for (let failures = 0; ; ) {
      const before = progress();
      try {
        return await work();
      } catch (error) {
        this.signal?.throwIfAborted();
        if (!isTransient(error)) throw error;
        failures = progress() > before ? 1 : failures + 1;
        if (failures >= MAX_ATTEMPTS) throw unreachable(error, this.url);
        const pause = Math.min(error.retryAfterMs ?? this.#retryDelayMs * 2 ** (failures - 1), MAX_DELAY_MS);
        await delay(pause, undefined, { ...(this.signal && { signal: this.signal }) });
      }
    }
  }
}

function parseHubUrl(text: string, hasToken: boolean): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '') {
    throw new ModerationError(
      'invalid_configuration',
      `The hub's address is ${JSON.stringify(text)}; expected one like ${DEFAULT_HUB_URL}.`,
    );
  }
  if (
    hasToken &&
    url.protocol === 'http:' &&
    !/^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)
  ) {
    throw new ModerationError(
      'invalid_configuration',
      `The hub's address ${text} is not encrypted, and the token would be sent in the clear. Use https.`,
    );
  }
  return url;
}

function unreachable({ message, cause }: Error, hub: string): ModerationError {
  return new ModerationError(
    'invalid_configuration',
    `${message}; gave up after ${MAX_ATTEMPTS} attempts. Check the network, or name a mirror with --hub-url or ` +
      `HF_ENDPOINT (now ${hub}). What has arrived is kept: the same command goes on from there.`,
    { cause },
  );
}

/** The code of the system's error, which fetch hides in causes; else the error's message. */
export function reasonOf(error: unknown): string {
  for (let at = asRecord(error); at !== undefined; at = asRecord(at['cause'])) {
    if (typeof at['code'] === 'string') return at['code'];
  }
  return String(asRecord(error)?.['message'] ?? error);
}

/** Not `instanceof Error`: fetch makes its errors where it was loaded, which may be another realm. */
function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}
