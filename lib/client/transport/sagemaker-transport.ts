import {
  InvokeEndpointCommand,
  type InvokeEndpointCommandInput,
  SageMakerRuntimeClient,
} from '@aws-sdk/client-sagemaker-runtime';
import { JSON_TYPE } from '../../contract/http.js';
import type { Failure } from '../errors/failure.js';
import type { SageMakerTarget } from '../options.js';
import { awsFailure } from './aws-failure.js';
import { withoutAwsRetries } from './aws-retries.js';
import type { Transport, TransportReply, TransportRequest } from './transport.js';

/** SageMaker accepts a connection within a quarter of a second; a host that takes longer is not there. */
const CONNECT_TIMEOUT_MS = 5000;
/** As many as `concurrency` allows; the AWS SDK's 50 would make calls wait for each other. */
const MAX_SOCKETS = 256;

/** The AWS client to use, and whether it is ours to close. */
export interface OwnedRuntime {
  readonly client: Pick<SageMakerRuntimeClient, 'send'>;
  close(): void;
}

export function openRuntime({ region, runtime }: SageMakerTarget): OwnedRuntime {
  if (runtime !== undefined) return { client: runtime, close: () => undefined };
  const client = new SageMakerRuntimeClient({
    ...(region !== undefined && { region }),
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      httpAgent: { keepAlive: true, maxSockets: MAX_SOCKETS },
      httpsAgent: { keepAlive: true, maxSockets: MAX_SOCKETS },
    },
  });
  return { client, close: () => client.destroy() };
}

/** To a real-time or serverless endpoint. */
export class SageMakerTransport implements Transport {
  readonly #runtime: OwnedRuntime;
  readonly #input: Pick<
    InvokeEndpointCommandInput,
    'EndpointName' | 'TargetVariant' | 'InferenceComponentName'
  >;

  constructor(target: SageMakerTarget, runtime: OwnedRuntime) {
    this.#runtime = runtime;
    this.#input = {
      EndpointName: target.endpointName,
      TargetVariant: target.targetVariant,
      InferenceComponentName: target.inferenceComponentName,
    };
  }

  async send({ body, requestId, signal }: TransportRequest): Promise<TransportReply | Failure> {
    const command = new InvokeEndpointCommand({
      ...this.#input,
      Body: body,
      ContentType: JSON_TYPE,
      Accept: JSON_TYPE,
      // SageMaker strips X-Request-Id, but passes this one on.
      InferenceId: requestId,
    });
    try {
      const output = await this.#runtime.client.send(withoutAwsRetries(command), { abortSignal: signal });
      return { ok: true, body: output.Body ?? new Uint8Array() };
    } catch (error) {
      signal.throwIfAborted();
      return awsFailure(error, requestId);
    }
  }

  close(): void {
    this.#runtime.close();
  }
}
