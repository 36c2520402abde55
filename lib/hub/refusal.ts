import { quote } from '../checkpoint/findings.js';
import { ModerationError } from '../contract/errors.js';

/** A request that failed in a way that may pass: no connection, a server at its limits, a body that ended early. */
export class HubInterrupted extends Error {
  override readonly name = 'HubInterrupted';
  /** When the hub asks to try again, in milliseconds from now. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: { cause?: unknown; retryAfterMs?: number | undefined } = {}) {
    super(message, { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs;
  }
}

export function isTransient(error: unknown): error is HubInterrupted {
  return error instanceof HubInterrupted;
}

export interface RefusalContext {
  readonly hub: string;
  readonly hasToken: boolean;
}

/** What to tell about a reply that is no success. Reads the reply's body. */
export async function explainStatus(
  response: Response,
  context: RefusalContext,
): Promise<ModerationError | HubInterrupted> {
  const { status } = response;
  const reason = await readReason(response);
  const { host, pathname } = new URL(response.url);
  const what = `${host} answered ${status} for ${pathname}${reason === '' ? '' : ` (${reason})`}`;
  if (status === 429 || status === 408 || status >= 500) {
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    return new HubInterrupted(what, { retryAfterMs: seconds >= 0 ? 1000 * seconds : undefined });
  }
  return new ModerationError('invalid_configuration', `${what}. ${advise(response, context)}`);
}

/** The hub tells the kind of a refusal in X-Error-Code; it answers 401 for what does not exist, lest names leak. */
function advise({ status, headers, url }: Response, { hub, hasToken }: RefusalContext): string {
  const code = headers.get('x-error-code');
  if (code === 'RevisionNotFound') return 'The repository has no such revision: check --revision.';
  if (code === 'EntryNotFound') return 'The repository has no such file at this revision.';
  if (code === 'GatedRepo') {
    return (
      `The repository is gated: accept its terms at ${pageOf(url, hub)}, then set HF_TOKEN to a token of that account` +
      `${hasToken ? ' (the token that was sent has no access)' : ''}.`
    );
  }
  if (status === 401 || status === 403) {
    return hasToken
      ? 'The token is not valid, or has no access: check HF_TOKEN, and the name of the repository.'
      : 'The repository is private or gated, or does not exist: check its name, or set HF_TOKEN.';
  }
  if (status === 404) return 'The repository does not exist: check its name, --hub-url and HF_ENDPOINT.';
  return 'The hub did not understand the request: check --hub-url and HF_ENDPOINT.';
}

/** The page of the repository that a request was about, as far as the address tells it. */
function pageOf(url: string, hub: string): string {
  const repository = /\/(?:api\/models\/)?([^/]+\/[^/]+)\/(?:resolve|revision|tree)\//.exec(
    new URL(url).pathname,
  )?.[1];
  return repository === undefined ? hub : `${hub}/${repository}`;
}

const MAX_REASON_BYTES = 4096;

/** The `error` of a JSON reply; other bodies are pages for browsers. */
async function readReason(response: Response): Promise<string> {
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  const length = Number(response.headers.get('content-length') ?? MAX_REASON_BYTES + 1);
  if (!isJson || length > MAX_REASON_BYTES) {
    await response.body?.cancel();
    return '';
  }
  const body: unknown = await response.json().catch(() => undefined);
  const reason = (body as { error?: unknown } | undefined)?.error;
  return typeof reason === 'string' ? quote(reason) : '';
}
