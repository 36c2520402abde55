import type { ErrorContext, ModerationClientError } from './client-error.js';
import { type Failure, FailureSignal } from './failure.js';
import { AbortedError, kindOf } from './kinds.js';

/** The error that callers see. */
export function errorOf(failure: Failure, context: ErrorContext = {}): ModerationClientError {
  return new (kindOf(failure.code))({ ...failure, ...context });
}

export function abortedError(signal: AbortSignal, context: ErrorContext = {}): ModerationClientError {
  return new AbortedError({
    code: 'aborted',
    message: 'The call was aborted before its answer came.',
    retryable: false,
    cause: signal.reason,
    ...context,
  });
}

/** What was thrown inside the client, as callers see it; a defect of the client passes through unchanged. */
export function surface(thrown: unknown, context: ErrorContext = {}): unknown {
  if (thrown instanceof FailureSignal) return errorOf(thrown.failure, context);
  return thrown;
}
