import { InvokeEndpointAsyncCommand } from '@aws-sdk/client-sagemaker-runtime';
import { JSON_TYPE } from '../../contract/http.js';
import type { Clock } from '../../time/clock.js';
import { type Failure, FailureSignal, fail, failure } from '../errors/failure.js';
import type { AsynchronousTarget, SageMakerTarget } from '../options.js';
import type { OptionReader } from '../settings.js';
import { sleep } from '../signals.js';
import { awsFailure } from '../transport/aws-failure.js';
import { withoutAwsRetries } from '../transport/aws-retries.js';
import type { OwnedRuntime } from '../transport/sagemaker-transport.js';
import type { Transport, TransportReply, TransportRequest } from '../transport/transport.js';
import { asyncFailure } from './async-failure.js';
import { type ObjectStore, parseObjectUri } from './object-store.js';
import { S3Store } from './s3-store.js';

export interface AsyncTransportOptions {
  readonly runtime: OwnedRuntime;
  /** Requests of up to this many bytes travel in the call; larger ones are put into S3. */
  readonly inlineBytes: number;
  readonly reader: OptionReader;
  readonly clock: Clock;
}

/**
 * To an asynchronous endpoint. A small request travels in the call, a larger one is an object in S3; so is the answer, or
 * why there is none.
 */
export class AsyncTransport implements Transport {
  readonly #runtime: OwnedRuntime;
  readonly #endpointName: string;
  /** Undefined where nothing but what travels inline is sent. */
  readonly #input: string | undefined;
  readonly #inlineBytes: number;
  readonly #store: ObjectStore;
  readonly #pollIntervalMs: number;
  readonly #clock: Clock;

  constructor(
    target: SageMakerTarget & { asynchronous: AsynchronousTarget },
    { runtime, inlineBytes, reader, clock }: AsyncTransportOptions,
  ) {
    const { input, s3, pollIntervalMs } = target.asynchronous;
    this.#runtime = runtime;
    this.#endpointName = target.endpointName;
    this.#input = input === undefined ? undefined : prefix(input, reader);
    this.#inlineBytes = inlineBytes;
    this.#store = isStore(s3) ? s3 : new S3Store({ region: target.region, client: s3 });
    this.#clock = clock;
    this.#pollIntervalMs = reader.number('pollIntervalMs', pollIntervalMs);
  }

  async send(request: TransportRequest): Promise<TransportReply | Failure> {
    const { requestId, signal } = request;
    try {
      const places = await this.#submit(request);
      if (places.output === undefined) {
        return failure('reply_invalid', 'SageMaker named no place for the answer.', { requestId });
      }
      return await this.#await(places.output, places.failure, request);
    } catch (error) {
      signal.throwIfAborted();
      return error instanceof FailureSignal ? error.failure : awsFailure(error, requestId);
    }
  }

  close(): void {
    if (this.#store instanceof S3Store) this.#store.close();
  }

  async #submit(request: TransportRequest): Promise<{ output?: string; failure?: string }> {
    const { requestId, signal } = request;
    const command = new InvokeEndpointAsyncCommand({
      EndpointName: this.#endpointName,
      ...(await this.#payload(request)),
      ContentType: JSON_TYPE,
      Accept: JSON_TYPE,
      InferenceId: requestId,
    });
    const accepted = await this.#runtime.client.send(withoutAwsRetries(command), { abortSignal: signal });
    const { OutputLocation: output, FailureLocation: failed } = accepted;
    return { ...(output && { output }), ...(failed && { failure: failed }) };
  }

  /** The request itself, or where it has been put. SageMaker takes exactly one of the two. */
  async #payload({ body, requestId, signal }: TransportRequest) {
    // A job whose answer nobody could fetch is not submitted.
    if (this.#store instanceof S3Store) await this.#store.open();
    if (body.byteLength <= this.#inlineBytes) return { Body: body };
    if (this.#input === undefined) {
      return fail(
        'body_too_large',
        `The request has ${body.byteLength} bytes; ${this.#inlineBytes} travel inline.`,
      );
    }
    const location = `${this.#input}${requestId}.json`;
    await this.#store.put(location, body, { contentType: JSON_TYPE, signal });
    return { InputLocation: location };
  }

  /** Looks for the answer until it or the failure is there, or the signal fires. */
  async #await(
    output: string,
    failed: string | undefined,
    request: TransportRequest,
  ): Promise<TransportReply | Failure> {
    const { requestId, signal } = request;
    for (;;) {
      const body = await this.#store.get(output, { signal });
      if (body !== undefined) return { ok: true, body };
      const reason = failed === undefined ? undefined : await this.#store.get(failed, { signal });
      if (reason !== undefined) return asyncFailure(Buffer.from(reason).toString(), requestId);
      await sleep(this.#pollIntervalMs, signal, this.#clock);
    }
  }
}

function isStore(given: AsynchronousTarget['s3']): given is ObjectStore {
  return given !== undefined && 'put' in given && 'get' in given;
}

function prefix(input: string, reader: OptionReader): string {
  if (parseObjectUri(input) === undefined) {
    reader.refuse(`asynchronous.input is ${JSON.stringify(input)}; expected s3://bucket/prefix/`);
  }
  return input.endsWith('/') ? input : `${input}/`;
}
