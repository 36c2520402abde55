import { describe, expect, test } from '@jest/globals';
import { awsFailure } from '../../../lib/client/transport/aws-failure.js';

const thrown = (name: string, message: string, status?: number, fields: object = {}): Error =>
  Object.assign(new Error(message), {
    name,
    $metadata: { httpStatusCode: status, requestId: 'aws-1' },
    ...fields,
  });

describe('an exception of the AWS SDK is understood as', () => {
  test.each<[string, Error, boolean]>([
    ['throttled', thrown('ThrottlingException', 'Rate exceeded', 400), true],
    ['throttled', thrown('TooManyRequestsException', '', 429), true],
    ['throttled', thrown('Unknown', '', 429), true],
    ['throttled', thrown('SlowDown', 'Please reduce your request rate.', 503), true],
    ['not_ready', thrown('ModelNotReadyException', '', 429), true],
    [
      'endpoint_not_found',
      thrown('ValidationError', 'Endpoint a-b of account 123456789012 not found.', 400),
      false,
    ],
    ['request_refused', thrown('ValidationError', 'Invalid header.', 400), false],
    [
      'not_ready',
      thrown('ValidationError', 'Inference Component has no capacity to process this request.', 400),
      true,
    ],
    ['access_denied', thrown('AccessDeniedException', 'not authorized', 403), false],
    ['access_denied', thrown('ExpiredTokenException', 'expired', 403), false],
    ['access_denied', thrown('UnrecognizedClientException', 'invalid token', 403), false],
    [
      'access_denied',
      thrown('CredentialsProviderError', 'Could not load credentials from any providers'),
      false,
    ],
    ['access_denied', thrown('Unknown', '', 403), false],
    ['service_unavailable', thrown('ServiceUnavailable', '', 503), true],
    ['service_unavailable', thrown('InternalDependencyException', '', 530), true],
    ['service_unavailable', thrown('Unknown', '', 502), true],
    ['body_too_large', thrown('RequestEntityTooLargeException', '', 413), false],
    ['body_too_large', thrown('Unknown', '', 413), false],
    ['connection_failed', thrown('TimeoutError', 'Socket timed out'), true],
    ['connection_failed', thrown('Error', 'aborted', 200, { code: 'ECONNRESET' }), true],
    ['connection_failed', thrown('Error', 'getaddrinfo ENOTFOUND', undefined, { code: 'ENOTFOUND' }), true],
    [
      'connection_failed',
      thrown('Error', 'certificate has expired', undefined, { code: 'CERT_HAS_EXPIRED' }),
      true,
    ],
    ['invalid_option', thrown('Error', 'Region is missing'), false],
    ['request_refused', thrown('TypeError', 'no function'), false],
  ])('%s (%s)', (code, error, retryable) => {
    expect(awsFailure(error, 'sent')).toMatchObject({
      ok: false,
      code,
      retryable,
      requestId: 'aws-1',
      cause: error,
    });
  });

  test('retryable, when the SDK has just corrected its clock', () => {
    const error = Object.assign(new Error('skewed'), {
      name: 'InvalidSignatureException',
      $metadata: { httpStatusCode: 403, clockSkewCorrected: true },
    });
    expect(awsFailure(error, 'sent')).toMatchObject({
      code: 'access_denied',
      retryable: true,
      requestId: 'sent',
    });
  });

  test.each([undefined, null, 'text', 5, {}])('a refusal, when it is %p', (value) => {
    expect(awsFailure(value, 'sent')).toMatchObject({
      code: 'request_refused',
      retryable: false,
      requestId: 'sent',
    });
  });
});

describe('a ModelError', () => {
  const modelError = (
    fields: object,
    message = 'Received server error (503) from primary with message "x"',
  ) => awsFailure(thrown('ModelError', message, 424, fields), 'sent');
  const body = JSON.stringify({
    error: { code: 'overloaded', message: 'Full.', retryable: true, retry_after_ms: 250 },
    request_id: 'r',
  });

  test('is what the container said, with its hint', () => {
    expect(modelError({ OriginalStatusCode: 429, OriginalMessage: body })).toMatchObject({
      code: 'overloaded',
      message: 'Full.',
      status: 429,
      retryAfterMs: 250,
      requestId: 'r',
    });
  });

  test('without the original status has it from the message', () => {
    expect(modelError({})).toMatchObject({ code: 'service_unavailable', status: 503 });
    expect(modelError({}, 'Received client error (413) from primary')).toMatchObject({
      code: 'body_too_large',
    });
    expect(modelError({}, 'no such words')).toMatchObject({ code: 'service_unavailable', status: 500 });
  });

  test('may have a body that breaks off or is of another kind', () => {
    for (const OriginalMessage of [body.slice(0, 40), '', '<html>', '[]', '{"error":"x"}']) {
      expect(modelError({ OriginalStatusCode: 503, OriginalMessage })).toMatchObject({
        code: 'service_unavailable',
      });
    }
  });

  test('of a container that gave no answer is a timeout or a lost connection', () => {
    const timedOut =
      'Received server error (0) from primary with message "Your invocation timed out while waiting"';
    expect(modelError({ OriginalStatusCode: 0 }, timedOut)).toMatchObject({
      code: 'invocation_timeout',
      retryable: true,
    });
    expect(modelError({ OriginalStatusCode: 0 })).toMatchObject({
      code: 'service_unavailable',
      retryable: true,
    });
  });
});
