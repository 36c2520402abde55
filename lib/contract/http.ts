/** Paths, media types and header names of the HTTP interface. */

export const PATHS = {
  ping: '/ping',
  invocations: '/invocations',
  executionParameters: '/execution-parameters',
  metrics: '/metrics',
} as const;

export const JSON_TYPE = 'application/json';

/** JSON Lines goes by several names; the first is SageMaker's. */
export const JSON_LINES_TYPES = [
  'application/jsonlines',
  'application/x-jsonlines',
  'application/jsonl',
  'application/x-ndjson',
] as const;

export const FORM_TYPE = 'multipart/form-data';

/** Header names, in lower case as Node.js gives them. */
export const HEADERS = {
  requestId: 'x-request-id',
  /** What `InferenceId` of the SageMaker Runtime API becomes. */
  inferenceId: 'x-amzn-sagemaker-inference-id',
} as const;

/** A request id is taken from the caller when it matches; anything else gets an id of our own. */
export const REQUEST_ID_PATTERN = /^[A-Za-z0-9._:@=+/-]{1,128}$/;
