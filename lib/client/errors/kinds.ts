/** One class a kind of error, and the table that says which code is of which kind. */
import { ModerationClientError } from './client-error.js';
import type { KnownErrorCode } from './codes.js';
import { ReviewNotSentError } from './review-not-sent.js';

/** The post, a parameter or an option is not what the contract allows. */
export class ValidationError extends ModerationClientError {
  static override readonly kind = 'ValidationError';
}

/** The image cannot be read or decoded. */
export class ImageError extends ModerationClientError {
  static override readonly kind = 'ImageError';
}

/** A text, an image or a request exceeds a limit. */
export class TooLargeError extends ModerationClientError {
  static override readonly kind = 'TooLargeError';
}

/** The service or AWS has too much to do; the client has tried again already. */
export class OverloadedError extends ModerationClientError {
  static override readonly kind = 'OverloadedError';
}

/** No answer in time. */
export class TimeoutError extends ModerationClientError {
  static override readonly kind = 'TimeoutError';
}

/** The model is still loading, or its server is about to stop. */
export class NotReadyError extends ModerationClientError {
  static override readonly kind = 'NotReadyError';
}

/** There is no such endpoint. */
export class EndpointNotFoundError extends ModerationClientError {
  static override readonly kind = 'EndpointNotFoundError';
}

/** Credentials are missing, wrong or insufficient. */
export class AccessDeniedError extends ModerationClientError {
  static override readonly kind = 'AccessDeniedError';
}

/** The connection could not be made or broke. */
export class ConnectionError extends ModerationClientError {
  static override readonly kind = 'ConnectionError';
}

/** The answer breaks the contract. */
export class InvalidReplyError extends ModerationClientError {
  static override readonly kind = 'InvalidReplyError';
}

/** The service failed: a defect, a crashed worker, or an AWS service without an answer. */
export class ServiceError extends ModerationClientError {
  static override readonly kind = 'ServiceError';
}

/** The call's AbortSignal fired. Its `name` is `AbortError`, as the platform's own. */
export class AbortedError extends ModerationClientError {
  static override readonly kind = 'AbortError';
}

type ErrorClass = new (
  ...fields: ConstructorParameters<typeof ModerationClientError>
) => ModerationClientError;

export const KINDS: Readonly<Record<KnownErrorCode, ErrorClass>> = {
  invalid_item: ValidationError,
  empty_item: ValidationError,
  text_invalid: ValidationError,
  invalid_json: ValidationError,
  invalid_request: ValidationError,
  invalid_parameters: ValidationError,
  unsupported_media_type: ValidationError,
  not_acceptable: ValidationError,
  not_found: ValidationError,
  foreign_origin: AccessDeniedError,
  method_not_allowed: ValidationError,
  headers_too_large: ValidationError,
  invalid_option: ValidationError,
  package_missing: ValidationError,
  request_refused: ValidationError,
  review_invalid: ValidationError,

  image_base64_invalid: ImageError,
  image_unsupported: ImageError,
  image_undecodable: ImageError,
  image_url_unsupported: ImageError,
  image_unreadable: ImageError,

  text_too_long: TooLargeError,
  image_too_large: TooLargeError,
  too_many_items: TooLargeError,
  event_too_large: TooLargeError,
  body_too_large: TooLargeError,

  overloaded: OverloadedError,
  throttled: OverloadedError,

  timeout: TimeoutError,
  deadline_exceeded: TimeoutError,
  body_timeout: TimeoutError,
  invocation_timeout: TimeoutError,

  not_ready: NotReadyError,
  shutting_down: NotReadyError,

  endpoint_not_found: EndpointNotFoundError,
  access_denied: AccessDeniedError,
  connection_failed: ConnectionError,
  reply_invalid: InvalidReplyError,

  output_invalid: ServiceError,
  worker_failed: ServiceError,
  internal: ServiceError,
  service_unavailable: ServiceError,

  review_not_sent: ReviewNotSentError,

  aborted: AbortedError,
};

/** The class of a code. What a newer service says is a {@link ServiceError}. */
export function kindOf(code: string): ErrorClass {
  return Object.hasOwn(KINDS, code) ? KINDS[code as KnownErrorCode] : ServiceError;
}
