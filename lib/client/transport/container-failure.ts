import { ERRORS, type ErrorCode } from '../../contract/errors.js';
import { errorReplySchema } from '../../contract/reply.js';
import type { KnownErrorCode } from '../errors/codes.js';
import { type Failure, failure } from '../errors/failure.js';

/** Codes for answers that do not follow the contract, as a proxy or a crashed container gives them. */
const BY_STATUS: Readonly<Record<number, KnownErrorCode>> = {
  401: 'access_denied',
  403: 'access_denied',
  404: 'not_found',
  405: 'method_not_allowed',
  406: 'not_acceptable',
  408: 'body_timeout',
  413: 'body_too_large',
  415: 'unsupported_media_type',
  429: 'overloaded',
  431: 'headers_too_large',
};

export interface ContainerAnswer {
  readonly status: number;
  /** The body, which may be anything; undefined when it could not be had. */
  readonly body: string | undefined;
  readonly requestId: string;
  /** From a header, in milliseconds; what the body says wins. */
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** What a 4xx or 5xx of the container means. */
export function containerFailure(answer: ContainerAnswer): Failure {
  const { status, body, cause } = answer;
  const reply = errorReplySchema.safeParse(parse(body)).data;
  if (reply === undefined) {
    const message = `The service answered with status ${status} and without an error of the contract.`;
    const { requestId, retryAfterMs } = answer;
    return failure(codeOf(status), message, { status, requestId, retryAfterMs, cause });
  }
  const { code, message, retryable, retry_after_ms } = reply.error;
  return {
    ok: false,
    code,
    message,
    retryable: Object.hasOwn(ERRORS, code) ? ERRORS[code as ErrorCode].retryable : retryable,
    retryAfterMs: retry_after_ms ?? answer.retryAfterMs,
    status,
    requestId: reply.request_id,
    cause,
  };
}

function codeOf(status: number): KnownErrorCode {
  return BY_STATUS[status] ?? (status >= 500 ? 'service_unavailable' : 'request_refused');
}

function parse(body: string | undefined): unknown {
  try {
    return JSON.parse(body ?? '');
  } catch {
    return undefined;
  }
}
