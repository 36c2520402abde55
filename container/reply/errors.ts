import { ModerationError } from '../../lib/contract/errors.js';
import type { ErrorBody } from '../../lib/contract/reply.js';

/** An error as callers see it. */
export function toErrorBody(error: ModerationError): ErrorBody {
  return {
    code: error.code,
    message: error.message,
    retryable: error.definition.retryable,
    ...(error.retryAfterMs !== undefined && { retry_after_ms: Math.ceil(error.retryAfterMs) }),
  };
}

/** The declared error, or `internal` for a defect, whose message and stack callers never see. */
export function declared(error: unknown): ModerationError {
  if (error instanceof ModerationError) return error;
  return new ModerationError(
    'internal',
    'The service met a defect; its log tells more under the request id.',
  );
}

/**
 * A defect for the log: where it happened, not what it says, for a message may quote what it choked on, which may be
 * a post.
 */
export function traceOf(error: unknown): { readonly name: string; readonly frames: readonly string[] } {
  if (!(error instanceof Error)) return { name: typeof error, frames: [] };
  const frames = (error.stack ?? '').split('\n').map((line) => line.trim());
  return { name: error.constructor.name, frames: frames.filter((line) => /^at .*[:)\d]$/.test(line)) };
}
