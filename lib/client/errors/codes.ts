/** The codes that the client itself gives, beside those of the service (`lib/contract/errors.ts`). */
import type { ERRORS, ErrorCode } from '../../contract/errors.js';

export interface ClientErrorDefinition {
  /** Whether the same call may succeed later, unchanged. */
  readonly retryable: boolean;
  readonly meaning: string;
  readonly remedy: string;
}

const define = <const T extends Record<string, ClientErrorDefinition>>(definitions: T): T => definitions;

export const CLIENT_ERRORS = define({
  invalid_option: {
    retryable: false,
    meaning: 'An option of the client or of a call is missing, contradictory or out of range.',
    remedy: 'The message names each option, what it got and what it expects.',
  },
  image_unreadable: {
    retryable: false,
    meaning: 'The image could not be read: no such file, not a regular file, or its stream failed.',
    remedy: 'See the cause; pass the bytes of the image, or a path that this process may read.',
  },
  package_missing: {
    retryable: false,
    meaning: 'An optional package that the call needs is not installed.',
    remedy: 'Install the package that the message names.',
  },
  throttled: {
    retryable: true,
    meaning: 'AWS refused the call because of its rate.',
    remedy: 'Send fewer requests at a time, or ask AWS for a higher quota.',
  },
  timeout: {
    retryable: true,
    meaning: 'No answer came within attemptTimeoutMs, or none within timeoutMs over all attempts.',
    remedy: 'Send fewer items in a request, raise timeoutMs, or add capacity.',
  },
  invocation_timeout: {
    retryable: true,
    meaning: 'SageMaker waited for the container in vain (60 s on a real-time endpoint).',
    remedy: 'Send fewer items in a request, or use a larger instance or an asynchronous endpoint.',
  },
  connection_failed: {
    retryable: true,
    meaning: 'The connection could not be made, or broke before the answer was complete.',
    remedy: 'Check the address, the network and whether the service runs; the cause tells more.',
  },
  endpoint_not_found: {
    retryable: false,
    meaning: 'There is no endpoint of this name in the account and region.',
    remedy: 'Check endpointName and region, and that the endpoint is InService.',
  },
  access_denied: {
    retryable: false,
    meaning: 'AWS knows no credentials, does not accept them, or they do not allow the call.',
    remedy:
      'Allow sagemaker:InvokeEndpoint on the endpoint (InvokeEndpointAsync, s3:PutObject, s3:GetObject and ' +
      's3:ListBucket for classifyAsync), and check the credentials.',
  },
  service_unavailable: {
    retryable: true,
    meaning: 'SageMaker, S3 or something between could not answer, without saying more.',
    remedy: 'Send it again later; look at the health of the endpoint if it persists.',
  },
  request_refused: {
    retryable: false,
    meaning: 'The request was refused without one of the codes of the service.',
    remedy: 'See the message and the cause.',
  },
  reply_invalid: {
    retryable: false,
    meaning:
      'The answer breaks the contract: it is no JSON, has another number of slots, or a slot that is no prediction ' +
      'of this item. It is an error, never a "not harmful".',
    remedy: 'Send the post to human review; check that the address is that of this service.',
  },
  event_too_large: {
    retryable: false,
    meaning: 'A review event takes more bytes than EventBridge and SQS let through.',
    remedy: 'Make it again without the image, or without any content; the post is found by its id.',
  },
  review_not_sent: {
    retryable: true,
    meaning: 'EventBridge did not take a review event: nobody will look at the post unless it is sent again.',
    remedy:
      'Send what `unsent` holds again, or keep it; allow events:PutEvents on the bus, and check its name.',
  },
  review_invalid: {
    retryable: false,
    meaning: 'A message is not a review event, or is one of a later version.',
    remedy:
      'Leave it in the queue, from where it comes to the dead-letter queue; look who sends to the queue.',
  },
  aborted: {
    retryable: false,
    meaning: 'The AbortSignal of the call fired.',
    remedy: 'Nothing; the caller asked for it.',
  },
});

export type ClientErrorCode = keyof typeof CLIENT_ERRORS;

/** Codes of the service that a caller can meet; those of its start-up and tools are left out. */
export type ServiceErrorCode = {
  [Code in ErrorCode]: (typeof ERRORS)[Code]['scope'] extends 'service' ? never : Code;
}[ErrorCode];

/** Every code that is known today. A newer service may send others: match with a default branch. */
export type KnownErrorCode = ClientErrorCode | ServiceErrorCode;
