import { HEADERS, JSON_TYPE, PATHS } from '../../contract/http.js';
import { type Failure, failure } from '../errors/failure.js';
import type { HttpTarget } from '../options.js';
import type { OptionReader } from '../settings.js';
import { containerFailure } from './container-failure.js';
import type { Transport, TransportReply, TransportRequest } from './transport.js';

/** More than 10,000 slots with timings: a longer answer is none of ours. */
const MAX_REPLY_BYTES = 64 * 1024 * 1024;

/** Straight to a container. */
export class HttpTransport implements Transport {
  readonly #url: URL;
  readonly #headers: Record<string, string>;
  readonly #fetch: typeof globalThis.fetch;

  constructor(target: HttpTarget, reader: OptionReader) {
    this.#url = invocationsUrl(target.url, reader);
    this.#headers = { ...target.headers, 'content-type': JSON_TYPE, accept: JSON_TYPE };
    this.#fetch = target.fetch ?? ((input, init) => globalThis.fetch(input, init));
  }

  async send({ body, requestId, signal }: TransportRequest): Promise<TransportReply | Failure> {
    try {
      const response = await this.#fetch(this.#url, {
        method: 'POST',
        headers: { ...this.#headers, [HEADERS.requestId]: requestId },
        body: body as Uint8Array<ArrayBuffer>,
        // A redirect would take posts to a place that nobody named.
        redirect: 'error',
        signal,
      });
      return await read(response, requestId);
    } catch (error) {
      signal.throwIfAborted();
      const message = `The connection to ${this.#url.origin} failed${reasonOf(error)}.`;
      return failure('connection_failed', message, { requestId, cause: error });
    }
  }

  close(): void {}
}

async function read(response: Response, requestId: string): Promise<TransportReply | Failure> {
  const body = await readBody(response);
  if (body === undefined) {
    const message = `The answer is longer than ${MAX_REPLY_BYTES} bytes.`;
    return failure('reply_invalid', message, { status: response.status, requestId });
  }
  if (response.ok) return { ok: true, body };
  const { status } = response;
  const id = response.headers.get(HEADERS.requestId) ?? requestId;
  const retryAfterMs = retryAfter(response.headers.get('retry-after'));
  return containerFailure({ status, body: body.toString(), requestId: id, retryAfterMs });
}

/** The whole body, or undefined when it is too long. */
async function readBody({ body }: Response): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size > MAX_REPLY_BYTES) return undefined;
  }
  return Buffer.concat(chunks);
}

function retryAfter(header: string | null): number | undefined {
  return header !== null && /^\d{1,6}$/.test(header) ? 1000 * Number(header) : undefined;
}

/** Node.js tells why fetch failed in the cause only. */
function reasonOf(error: unknown): string {
  const cause = (error as { cause?: { code?: unknown } } | undefined)?.cause;
  return typeof cause?.code === 'string' ? `: ${cause.code}` : '';
}

function invocationsUrl(given: string | URL, reader: OptionReader): URL {
  const url = URL.canParse(String(given)) ? new URL(String(given)) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    reader.refuse('url is none that can be called; expected http: or https:, without a name and a password');
    return new URL('http://127.0.0.1');
  }
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith(PATHS.invocations) ? path : path + PATHS.invocations;
  return url;
}
