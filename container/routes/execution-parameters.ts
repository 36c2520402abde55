import type { Request, Response } from 'express';
import type { Limits } from '../../lib/contract/limits.js';
import type { ExecutionParameters } from '../../lib/contract/reply.js';
import { sendJson } from '../http/send.js';
import { LINES_AT_ONCE } from '../reply/answer.js';

/** SageMaker's own default; larger payloads make a failed one cost more. */
const PAYLOAD_MB = 6;
/** SageMaker allows that many megabytes in flight. */
const MAX_PRODUCT_MB = 100;

/** `GET /execution-parameters`: how a batch transform job is to send its records. */
export function executionParameters(limits: Limits) {
  const parameters = executionParametersFor(limits);
  return (_request: Request, response: Response): void => sendJson(response, 200, parameters);
}

/**
 * As many payloads at a time as keep the encoders busy, and no more than the queues hold, so that a job whose lines are
 * computed in windows is never refused.
 */
export function executionParametersFor(limits: Limits): ExecutionParameters {
  const payload = Math.max(1, Math.min(PAYLOAD_MB, Math.floor(limits.maxBodyBytes / 1_048_576)));
  const places = Math.floor(Math.min(limits.maxQueuedTexts, limits.maxQueuedImages) / LINES_AT_ONCE);
  return {
    MaxConcurrentTransforms: Math.max(1, Math.min(places, Math.floor(MAX_PRODUCT_MB / payload))),
    BatchStrategy: 'MULTI_RECORD',
    MaxPayloadInMB: payload,
  };
}
