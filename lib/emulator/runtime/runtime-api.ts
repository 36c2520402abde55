import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../time/clock.js';
import { refuse, strike } from '../faults/apply.js';
import type { Call, Fault, FaultPolicy, Operation } from '../faults/fault.js';
import { ACCOUNT, AwsError, modelError, validationError } from '../http/aws-error.js';
import { headerOf, readBody } from '../http/read-body.js';
import { sendBytes, sendJson } from '../http/send.js';
import type { EmulatorLimits } from '../limits.js';
import { type ObjectName, parseUri } from '../s3/folder-store.js';
import type { AsyncJobs } from './async-jobs.js';
import { type Container, type ContainerAnswer, ContainerSilent } from './container.js';
import { payloadPart, streamError } from './event-stream.js';
import { callerHeaders, containerHeaders } from './headers.js';

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  invocations: 'InvokeEndpoint',
  'async-invocations': 'InvokeEndpointAsync',
  'invocations-response-stream': 'InvokeEndpointWithResponseStream',
};

/** Where an asynchronous endpoint puts its answers. */
export interface AsyncPlaces {
  readonly bucket: string;
  readonly outputPrefix: string;
  readonly failurePrefix: string;
}

export interface RuntimeApiOptions {
  readonly endpointNames: ReadonlySet<string>;
  readonly container: Container;
  readonly jobs: AsyncJobs;
  readonly places: AsyncPlaces;
  readonly limits: EmulatorLimits;
  readonly clock: Clock;
  readonly faults: () => FaultPolicy;
}

/** One call: its request and answer, and what has been found out about it. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly call: Call;
  readonly fault: Fault | undefined;
  /** The caller left. */
  readonly signal: AbortSignal;
}

/** The three operations of the SageMaker Runtime API. */
export class RuntimeApi {
  readonly #options: RuntimeApiOptions;
  #calls = 0;

  constructor(options: RuntimeApiOptions) {
    this.#options = options;
  }

  /** Answers, or rejects with AwsError, ContainerSilent or ConnectionReset. */
  async handle(
    request: IncomingMessage,
    response: ServerResponse,
    operation: Operation,
    endpointName: string,
  ): Promise<void> {
    this.#calls += 1;
    const number = this.#calls;
    const { limits, endpointNames, faults } = this.#options;
    const asynchronous = operation === 'InvokeEndpointAsync';
    const body = await readBody(request, asynchronous ? limits.maxInlineBytes : limits.maxPayloadBytes);
    if (headerOf(request, 'authorization') === undefined) {
      throw new AwsError(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token');
    }
    if (!endpointNames.has(endpointName)) {
      throw validationError(`Endpoint ${endpointName} of account ${ACCOUNT} not found.`);
    }
    if (body === undefined) throw tooLarge(operation, endpointName, limits);
    const call = { operation, endpointName, number, body };
    const exchange = { request, response, call, fault: faults()(call), signal: departure(response) };
    refuse(exchange.fault);
    switch (operation) {
      case 'InvokeEndpoint':
        return this.#invoke(exchange);
      case 'InvokeEndpointAsync':
        return this.#invokeAsync(exchange);
      case 'InvokeEndpointWithResponseStream':
        return this.#invokeStream(exchange);
    }
  }

  async #invoke(exchange: Exchange): Promise<void> {
    const { response, call, fault, signal } = exchange;
    const answer = await strike(fault, () => this.#ask(exchange, this.#options.limits.invocationTimeoutMs), {
      signal,
      clock: this.#options.clock,
    });
    refuseError(answer, call);
    const type = answer.headers['content-type'] ?? 'application/octet-stream';
    const headers = { ...callerHeaders(answer.headers), 'Content-Type': type };
    if (!answer.cutShort) return sendBytes(response, 200, headers, answer.body);
    response.writeHead(200, { ...headers, 'Content-Length': answer.body.byteLength });
    response.write(half(answer.body), () => reset(response));
  }

  async #invokeStream(exchange: Exchange): Promise<void> {
    const { request, response, call, fault, signal } = exchange;
    const { container, limits, clock } = this.#options;
    const timeoutMs = limits.streamTimeoutMs;
    const headers = containerHeaders(request, call.operation);
    // A fault strikes the whole answer; without one, each chunk is passed on as it comes.
    const answer =
      fault === undefined
        ? await container.open({ headers, body: call.body, timeoutMs, signal })
        : await strike(fault, () => this.#ask(exchange, timeoutMs), { signal, clock });
    const chunks = 'chunks' in answer ? answer.chunks : [answer.cutShort ? half(answer.body) : answer.body];
    if (answer.status >= 400) {
      const body = 'chunks' in answer ? await collect(answer.chunks) : answer.body;
      refuseError({ ...answer, body }, call);
    }
    response.writeHead(200, {
      ...callerHeaders(answer.headers),
      'Content-Type': 'application/vnd.amazon.eventstream',
      'X-Amzn-SageMaker-Content-Type': answer.headers['content-type'] ?? '',
    });
    try {
      for await (const chunk of chunks) response.write(payloadPart(chunk));
      if ('cutShort' in answer && answer.cutShort) return reset(response);
    } catch (error) {
      if (!(error instanceof ContainerSilent)) throw error;
      const code = error.why === 'timeout' ? 'ModelInvocationTimeExceeded' : 'StreamBroken';
      response.write(streamError(code, error.message));
    }
    response.end();
  }

  async #invokeAsync({ request, response, call, fault }: Exchange): Promise<void> {
    const { jobs, limits } = this.#options;
    const inferenceId = headerOf(request, 'x-amzn-sagemaker-inference-id') ?? randomUUID();
    const { output, failure } = this.#placesOf(request);
    jobs.add({
      endpointName: call.endpointName,
      input: inputOf(request, call.body),
      headers: containerHeaders(request, call.operation),
      output,
      failure,
      timeoutMs:
        secondsOf(request, 'x-amzn-sagemaker-invocationtimeoutseconds', 3600) ?? limits.asyncTimeoutMs,
      ttlMs: secondsOf(request, 'x-amzn-sagemaker-requestttlseconds', 21_600) ?? 21_600_000,
      fault,
    });
    sendJson(
      response,
      202,
      { InferenceId: inferenceId },
      {
        'X-Amzn-SageMaker-OutputLocation': uriOf(output),
        'X-Amzn-SageMaker-FailureLocation': uriOf(failure),
      },
    );
  }

  #placesOf(request: IncomingMessage): { output: ObjectName; failure: ObjectName } {
    const { bucket, outputPrefix, failurePrefix } = this.#options.places;
    const extension = headerOf(request, 'x-amzn-sagemaker-s3outputpathextension');
    const folder = extension === undefined ? '' : `${extension.replace(/\/+$/, '')}/`;
    const id = randomUUID();
    const file = headerOf(request, 'x-amzn-sagemaker-filename') ?? `${id}.out`;
    const output = parseUri(`s3://${bucket}/${outputPrefix}${folder}${file}`);
    const failure = parseUri(`s3://${bucket}/${failurePrefix}${folder}${id}-error.out`);
    if (output === undefined || failure === undefined) {
      throw validationError('S3OutputPathExtension or Filename is not valid.');
    }
    return { output, failure };
  }

  #ask({ request, call, signal }: Exchange, timeoutMs: number): Promise<ContainerAnswer> {
    const headers = containerHeaders(request, call.operation);
    return this.#options.container.invoke({ headers, body: call.body, timeoutMs, signal });
  }
}

/** Breaks the connection off, so that the caller sees ECONNRESET. */
export function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

function refuseError(
  { status, body }: Pick<ContainerAnswer, 'status' | 'body'>,
  { endpointName }: Call,
): void {
  if (status >= 400) throw modelError({ endpointName, status, body: body.toString() });
}

function tooLarge(operation: Operation, endpointName: string, limits: EmulatorLimits): AwsError {
  if (operation === 'InvokeEndpointAsync') {
    return validationError(`Body must have at most ${limits.maxInlineBytes} bytes; use InputLocation.`);
  }
  return modelError({ endpointName, status: 413, body: 'Request Entity Too Large' });
}

function inputOf(request: IncomingMessage, body: Buffer): Buffer | ObjectName {
  const location = headerOf(request, 'x-amzn-sagemaker-inputlocation');
  if ((location === undefined) === (body.byteLength === 0)) {
    throw validationError('Exactly one of InputLocation and Body must be given.');
  }
  if (location === undefined) return body;
  const name = parseUri(location);
  if (name === undefined) throw validationError('InputLocation must be s3://bucket/key.');
  return name;
}

/** Milliseconds of a header in seconds. */
function secondsOf(request: IncomingMessage, header: string, max: number): number | undefined {
  const value = headerOf(request, header);
  if (value === undefined) return undefined;
  const seconds = Number(value);
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= max) return 1000 * seconds;
  throw validationError(`${header} must be a whole number from 1 to ${max}.`);
}

function departure(response: ServerResponse): AbortSignal {
  const left = new AbortController();
  const close = (): void => {
    if (!response.writableFinished) left.abort();
  };
  // It may have closed while the body was still read.
  if (response.closed) close();
  else response.once('close', close);
  return left.signal;
}

async function collect(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

function half(body: Buffer): Buffer {
  return body.subarray(0, Math.ceil(body.byteLength / 2));
}

function uriOf({ bucket, key }: ObjectName): string {
  return `s3://${bucket}/${key}`;
}
