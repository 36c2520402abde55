import { ERRORS } from '../../contract/errors.js';
import { CLIENT_ERRORS, type KnownErrorCode } from './codes.js';

/** What went wrong, as data: it becomes an error only when the item it struck, and the attempts made, are known. */
export interface Failure {
  readonly ok: false;
  /** One of {@link KnownErrorCode}, or what a newer service says. */
  readonly code: string;
  /** Free of the content of posts. */
  readonly message: string;
  readonly retryable: boolean;
  /** When to try again, in milliseconds from now. */
  readonly retryAfterMs?: number | undefined;
  /** The HTTP status; through SageMaker, that of the container. */
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly cause?: unknown;
}

export type FailureDetails = Partial<Omit<Failure, 'ok' | 'code' | 'message'>>;

/** A failure with a known code; whether it is retryable stands in the registries unless `details` say. */
export function failure(code: KnownErrorCode, message: string, details: FailureDetails = {}): Failure {
  const { retryable } = { ...CLIENT_ERRORS, ...ERRORS }[code];
  return { ok: false, code, message, retryable, ...details };
}

/** Thrown inside the client where only a throw can tell; `errorOf` turns it into the error that callers see. */
export class FailureSignal extends Error {
  override readonly name = 'FailureSignal';

  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

/** Throws the failure of a known code. */
export function fail(code: KnownErrorCode, message: string, details?: FailureDetails): never {
  throw new FailureSignal(failure(code, message, details));
}
