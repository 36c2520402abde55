import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Operation } from '../faults/fault.js';
import { validationError } from '../http/aws-error.js';
import { headerOf } from '../http/read-body.js';

const CUSTOM_ATTRIBUTES = 'x-amzn-sagemaker-custom-attributes';
const INFERENCE_ID = 'x-amzn-sagemaker-inference-id';

/** What else of a request reaches the container; everything that is not here is stripped. */
const PASSED_ON = [
  CUSTOM_ATTRIBUTES,
  INFERENCE_ID,
  'x-amzn-sagemaker-target-model',
  'x-amzn-sagemaker-target-variant',
  'x-amzn-sagemaker-session-id',
];

/** What of the container's answer reaches the caller, besides its type. */
const PASSED_BACK = [
  CUSTOM_ATTRIBUTES,
  'x-amzn-sagemaker-new-session-id',
  'x-amzn-sagemaker-closed-session-id',
];

/** Where an operation says of which type the payload is, and of which the answer may be. */
const TYPE_HEADERS: Readonly<Record<Operation, readonly [string, string]>> = {
  InvokeEndpoint: ['content-type', 'accept'],
  InvokeEndpointWithResponseStream: ['content-type', 'x-amzn-sagemaker-accept'],
  InvokeEndpointAsync: ['x-amzn-sagemaker-content-type', 'x-amzn-sagemaker-accept'],
};

const MAX_INFERENCE_ID_CHARS = 64;

/** The headers of the container's request. Throws ValidationError for values that SageMaker refuses. */
export function containerHeaders(request: IncomingMessage, operation: Operation): Record<string, string> {
  const attributes = headerOf(request, CUSTOM_ATTRIBUTES);
  if (attributes !== undefined && !/^[\x20-\x7e]{0,1024}$/.test(attributes)) {
    throw validationError('CustomAttributes must have at most 1024 visible US-ASCII characters.');
  }
  if ((headerOf(request, INFERENCE_ID)?.length ?? 0) > MAX_INFERENCE_ID_CHARS) {
    throw validationError(`InferenceId must have at most ${MAX_INFERENCE_ID_CHARS} characters.`);
  }
  const [type, accept] = TYPE_HEADERS[operation];
  const headers: Record<string, string> = {
    'content-type': headerOf(request, type) ?? '',
    accept: headerOf(request, accept) ?? '',
  };
  for (const name of PASSED_ON) headers[name] = headerOf(request, name) ?? '';
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''));
}

/** The headers of the caller's answer, without its type. */
export function callerHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const passed: Record<string, string> = { 'x-Amzn-Invoked-Production-Variant': 'AllTraffic' };
  for (const name of PASSED_BACK) {
    const value = headers[name];
    if (typeof value === 'string') passed[name] = value;
  }
  return passed;
}
