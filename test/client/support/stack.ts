import { SageMakerRuntimeClient, type SageMakerRuntimeClientConfig } from '@aws-sdk/client-sagemaker-runtime';
import type { ClientEvent } from '../../../lib/client/events.js';
import { ModerationClient } from '../../../lib/client/moderation-client.js';
import type { ModerationClientOptions, SageMakerTarget } from '../../../lib/client/options.js';
import {
  type EmulatorOptions,
  type RequestEntry,
  type RunningEmulator,
  startEmulator,
} from '../../../lib/emulator/emulator.js';
import {
  startTestServer,
  type TestServer,
  type TestServerOptions,
} from '../../container/support/test-server.js';
import { LeapingClock } from '../../support/leaping-clock.js';

export const CREDENTIALS = { accessKeyId: 'nobody', secretAccessKey: 'nothing' };

export interface StackOptions extends TestServerOptions {
  readonly emulator?: Partial<EmulatorOptions>;
}

/** The real server over a fake engine, SageMaker's Runtime API in front of it, and clients for both. */
export interface Stack {
  readonly server: TestServer;
  readonly emulator: RunningEmulator;
  /** Every request that reached the emulator, once it ended. */
  readonly requests: readonly RequestEntry[];
  /** Of the clients. */
  readonly clock: LeapingClock;
  /** What the clients told. */
  readonly events: readonly ClientEvent[];
  /** Through the emulator. Waits between attempts are short. */
  client(options?: Partial<SageMakerTarget & ModerationClientOptions>): ModerationClient;
  /** Straight to the server. */
  direct(options?: Partial<ModerationClientOptions>): ModerationClient;
  runtime(config?: SageMakerRuntimeClientConfig): SageMakerRuntimeClient;
  close(): Promise<void>;
}

export async function startStack({
  emulator: emulatorOptions,
  ...serverOptions
}: StackOptions = {}): Promise<Stack> {
  const server = await startTestServer(serverOptions);
  const requests: RequestEntry[] = [];
  const events: ClientEvent[] = [];
  const clock = new LeapingClock();
  const emulator = await startEmulator({
    containerUrl: server.url,
    onRequest: (entry) => requests.push(entry),
    ...emulatorOptions,
  });
  const opened: (() => void)[] = [];
  const runtime: Stack['runtime'] = (config = {}) => {
    const client = new SageMakerRuntimeClient({
      region: 'us-east-1',
      endpoint: emulator.url,
      credentials: CREDENTIALS,
      ...config,
    });
    opened.push(() => client.destroy());
    return client;
  };
  const common = {
    retry: { baseDelayMs: 2, maxDelayMs: 20 },
    onEvent: (event: ClientEvent) => void events.push(event),
  };
  const open = (options: object): ModerationClient =>
    new ModerationClient({ ...common, ...options } as ModerationClientOptions, { clock });
  return {
    server,
    emulator,
    clock,
    requests,
    events,
    runtime,
    client: (options = {}) => open({ endpointName: 'moderation', runtime: runtime(), ...options }),
    direct: (options = {}) => open({ url: server.url, ...options }),
    close: async () => {
      for (const shut of opened) shut();
      await emulator.close();
      await server.close();
    },
  };
}

/** What a call rejects with. */
export async function rejection(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => {
      throw new Error('expected a rejection');
    },
    (error: unknown) => error,
  );
}
