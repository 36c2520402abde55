import { type CommonOptions, ModerationClient } from '../../client/index.js';
import type { Device } from '../../contract/environment.js';
import { wrongCall } from '../wrong-call.js';

/** Where posts are classified; at most one of the three is given. */
export interface TargetOptions {
  /** A model pack or checkpoint. @default models/demo, when no other place is given */
  readonly model?: string;
  /** A running container. */
  readonly url?: string;
  /** A SageMaker endpoint. */
  readonly endpoint?: string;
  /** Of the endpoint. @default that of the AWS configuration */
  readonly region?: string;
  readonly device?: Device;
}

const DEMONSTRATION = 'models/demo';

/** Runs the work with a client for the place that the options name, and closes what was opened for it. */
export async function withClient<T>(
  target: TargetOptions,
  options: CommonOptions,
  signal: AbortSignal,
  work: (client: ModerationClient) => Promise<T>,
): Promise<T> {
  const { url, endpoint, region, model, device } = target;
  if ([url, endpoint, model].filter((place) => place !== undefined).length > 1) {
    wrongCall('--model, --url and --endpoint name different places: give one of them');
  }
  if (endpoint !== undefined)
    return using(new ModerationClient({ endpointName: endpoint, region, ...options }), work);
  if (url !== undefined) return using(new ModerationClient({ url, ...options }), work);
  const { startLocalService } = await import('../local-service.js');
  const service = await startLocalService({ model: model ?? DEMONSTRATION, device, signal });
  try {
    return await using(new ModerationClient({ url: service.url, ...options }), work);
  } finally {
    await service.close();
  }
}

async function using<T>(
  client: ModerationClient,
  work: (client: ModerationClient) => Promise<T>,
): Promise<T> {
  try {
    return await work(client);
  } finally {
    client.close();
  }
}
