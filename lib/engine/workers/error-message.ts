import { ERRORS, type ErrorCode, ModerationError } from '../../contract/errors.js';
import type { ErrorMessage } from './messages.js';

export function toErrorMessage(error: unknown): ErrorMessage {
  if (error instanceof ModerationError)
    return { code: error.code, message: error.message, stack: error.stack };
  if (error instanceof Error) return { message: error.message, stack: error.stack };
  return { message: String(error) };
}

/** The error on the other side: a declared one stays declared, any other is a defect with the worker's stack as cause. */
export function fromErrorMessage({ code, message, stack }: ErrorMessage): Error {
  const cause = stack === undefined ? undefined : { name: 'WorkerStack', message, stack };
  if (isErrorCode(code)) return new ModerationError(code, message, { cause });
  return new Error(message, { cause });
}

function isErrorCode(code: string | undefined): code is ErrorCode {
  return code !== undefined && Object.hasOwn(ERRORS, code);
}
