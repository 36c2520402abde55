import type { KnownErrorCode } from '../errors/codes.js';
import { type Failure, failure } from '../errors/failure.js';
import { containerFailure } from './container-failure.js';

interface AwsMetadata {
  readonly httpStatusCode?: number;
  readonly requestId?: string;
  readonly clockSkewCorrected?: boolean;
}

/** What an exception of an AWS client carries; every field may be missing. */
interface AwsError {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly $metadata?: AwsMetadata;
  /** Of `ModelError`: what the container said. */
  readonly OriginalStatusCode?: unknown;
  readonly OriginalMessage?: unknown;
  readonly Message?: unknown;
}

const BY_NAME: readonly (readonly [RegExp, KnownErrorCode])[] = [
  [/^ModelNotReadyException$/, 'not_ready'],
  [
    /Throttl|^TooManyRequests|LimitExceeded(?:Exception)?$|^SlowDown$|^PriorRequestNotComplete$|^BandwidthLimit/,
    'throttled',
  ],
  [
    /^(?:AccessDenied|UnrecognizedClient|InvalidSignature|SignatureDoesNotMatch|MissingAuthenticationToken|IncompleteSignature|ExpiredToken|InvalidClientTokenId|InvalidAccessKeyId|OptInRequired|NotAuthorized)/,
    'access_denied',
  ],
  [/^(?:CredentialsProviderError|TokenProviderError)$/, 'access_denied'],
  [
    /^(?:ServiceUnavailable|InternalFailure|InternalDependency|InternalServer|InternalError)/,
    'service_unavailable',
  ],
  [/^(?:RequestEntityTooLarge|RequestTooLarge|PayloadTooLarge|EntityTooLarge)/, 'body_too_large'],
  [/^(?:TimeoutError|RequestTimeout)/, 'connection_failed'],
];

/** Codes of Node.js for connections that cannot be made, break or give no HTTP. */
const NETWORK =
  /^(?:E[A-Z]{3,}[A-Z_]*|HPE_\w+|CERT_\w+|ERR_TLS_\w+|ERR_STREAM_\w+|DEPTH_ZERO_SELF_SIGNED_CERT)$/;

/** What an exception of the AWS SDK means. */
export function awsFailure(thrown: unknown, requestId: string): Failure {
  const error = (thrown ?? {}) as AwsError;
  const { name, $metadata: metadata = {} } = error;
  const message = text(error.message) || text(error.Message) || 'The AWS client gave no reason.';
  if (name === 'ModelError') return modelError(error, message, requestId);
  const details = {
    status: metadata.httpStatusCode,
    requestId: metadata.requestId ?? requestId,
    cause: thrown,
  };
  if (isAsleep(text(name), message)) {
    return failure('not_ready', ASLEEP, { ...details, retryAfterMs: WAKING_MS });
  }
  // The SDK has corrected its idea of the time and would sign the next attempt rightly.
  if (metadata.clockSkewCorrected) return failure('access_denied', message, { ...details, retryable: true });
  const code = codeOf(error, message);
  // A status that came before the connection broke says nothing.
  const status = code === 'connection_failed' ? undefined : details.status;
  return failure(code, `${introduce(code, metadata, text(name))}: ${message}`, { ...details, status });
}

/** SageMaker wraps every 4xx and 5xx of the container into a 424, which no AWS SDK tries again. */
function modelError(error: AwsError, message: string, requestId: string): Failure {
  const status = originalStatus(error, message);
  if (/invocation timed out/i.test(message)) {
    const waited = 'SageMaker waited for the container in vain.';
    return failure('invocation_timeout', waited, { status: 424, requestId, cause: error });
  }
  if (status === 0) {
    const broke = 'SageMaker could not reach the container, or lost the connection to it.';
    return failure('service_unavailable', broke, { status: 424, requestId, cause: error });
  }
  const body = text(error.OriginalMessage);
  return containerFailure({ status, body, requestId, cause: error });
}

function originalStatus({ OriginalStatusCode: given }: AwsError, message: string): number {
  if (typeof given === 'number') return given;
  const [, found] = /^Received (?:client|server) error \((\d{1,3})\)/.exec(message) ?? [];
  return found === undefined ? 500 : Number(found);
}

const ASLEEP = 'No copy of the model runs: the endpoint has scaled to zero, and this call wakes it.';
/** A copy takes about five minutes to start; asking this often tells soon enough. */
const WAKING_MS = 30_000;

/** How SageMaker answers for an inference component without copies, which its own documentation calls a ValidationError. */
function isAsleep(name: string, message: string): boolean {
  return /^Validation(?:Error|Exception)$/.test(name) && /inference component has no capacity/i.test(message);
}

function codeOf(error: AwsError, message: string): KnownErrorCode {
  const name = text(error.name);
  if (/^Validation(?:Error|Exception)$/.test(name)) {
    return /\bendpoint\b.*\bnot found\b|could not find endpoint/i.test(message)
      ? 'endpoint_not_found'
      : 'request_refused';
  }
  const found = BY_NAME.find(([pattern]) => pattern.test(name));
  if (found !== undefined) return found[1];
  const status = error.$metadata?.httpStatusCode;
  if (NETWORK.test(text(error.code))) return 'connection_failed';
  if (status === undefined) return /^Region is missing/.test(message) ? 'invalid_option' : 'request_refused';
  if (status === 413) return 'body_too_large';
  if (status === 429) return 'throttled';
  if (status === 401 || status === 403) return 'access_denied';
  return status >= 500 || status < 400 ? 'service_unavailable' : 'request_refused';
}

function introduce(code: KnownErrorCode, { httpStatusCode }: AwsMetadata, name: string): string {
  if (code === 'connection_failed') return 'The connection to AWS failed';
  return `${httpStatusCode === undefined ? 'The AWS client threw' : 'AWS answered'} ${name || 'an error'}`;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
