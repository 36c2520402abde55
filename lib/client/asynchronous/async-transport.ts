import { InvokeEndpointAsyncCommand } from '@aws-sdk/client-sagemaker-runtime';
import { JSON_TYPE } from '../../contract/http.js';
import { type Failure, FailureSignal, failure } from '../errors/failure.js';
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

/** To an asynchronous endpoint: the request is an object in S3, and so is the answer, or why there is none. */
export class AsyncTransport implements Transport {
  readonly #runtime: OwnedRuntime;
  readonly #endpointName: string;
  readonly #input: string;
  readonly #store: ObjectStore;
  readonly #pollIntervalMs: number;

  constructor(
    target: SageMakerTarget & { asynchronous: AsynchronousTarget },
    runtime: OwnedRuntime,
    reader: OptionReader,
  ) {
    const { input, s3, pollIntervalMs } = target.asynchronous;
    this.#runtime = runtime;
    this.#endpointName = target.endpointName;
    this.#input = prefix(input, reader);
    this.#store = isStore(s3) ? s3 : new S3Store({ region: target.region, client: s3 });
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

  async #submit({
    body,
    requestId,
    signal,
  }: TransportRequest): Promise<{ output?: string; failure?: string }> {
    const location = `${this.#input}${requestId}.json`;
    await this.#store.put(location, body, { contentType: JSON_TYPE, signal });
    const command = new InvokeEndpointAsyncCommand({
      EndpointName: this.#endpointName,
      InputLocation: location,
      ContentType: JSON_TYPE,
      Accept: JSON_TYPE,
      InferenceId: requestId,
    });
    const accepted = await this.#runtime.client.send(withoutAwsRetries(command), { abortSignal: signal });
    const { OutputLocation: output, FailureLocation: failed } = accepted;
    return { ...(output && { output }), ...(failed && { failure: failed }) };
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
      await sleep(this.#pollIntervalMs, signal);
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
