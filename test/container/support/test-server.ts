import type { AddressInfo } from 'node:net';
import { createApp } from '../../../container/app.js';
import { HangUp } from '../../../container/http/hang-up.js';
import { createHttpServer, listen, shut } from '../../../container/http/http-server.js';
import type { ServedPolicy } from '../../../container/policy.js';
import { Service } from '../../../container/service.js';
import { EmbeddedMetrics } from '../../../container/telemetry/emf.js';
import { createLogger } from '../../../container/telemetry/logger.js';
import { Metrics } from '../../../container/telemetry/metrics.js';
import { defaultLimits, type Limits } from '../../../lib/contract/limits.js';
import type { ErrorReply, InvocationReply } from '../../../lib/contract/reply.js';
import { FakeEngine, type FakeEngineOptions } from './fake-engine.js';

export interface TestServerOptions extends FakeEngineOptions {
  readonly limits?: Partial<Limits>;
  /** Whether the model is there from the start. @default true */
  readonly ready?: boolean;
  /** What the posts are decided by. @default nothing */
  readonly policy?: ServedPolicy;
  readonly random?: () => number;
}

export interface TestServer {
  readonly url: string;
  readonly port: number;
  readonly engine: FakeEngine;
  readonly service: Service;
  readonly hangUp: HangUp;
  readonly metrics: Metrics;
  /** Every log line so far, parsed. */
  logs(): Record<string, unknown>[];
  /** The log as it was written. */
  rawLog(): string;
  flushEmbedded(): void;
  post(body: unknown, headers?: Record<string, string>): Promise<Response>;
  classify(body: unknown): Promise<InvocationReply>;
  close(): Promise<void>;
}

/** The real app on a loopback port, over a fake engine. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const limits = defaultLimits(options.limits);
  const engine = new FakeEngine(options);
  const service = new Service();
  if (options.ready ?? true) service.ready(engine, options.policy);
  const lines: string[] = [];
  const logger = createLogger('debug', { write: (line: string) => void lines.push(line) });
  const metrics = new Metrics();
  const embedded = new EmbeddedMetrics(logger);
  const hangUp = new HangUp();
  if (options.policy) metrics.observePolicy(options.policy);
  const app = createApp({
    service,
    limits,
    logger,
    metrics,
    embedded,
    hangUp,
    random: options.random,
  });
  const http = createHttpServer(app, limits, {
    dropped: () => metrics.droppedConnection(),
    malformed: ({ code }) => metrics.malformedRequest(code),
  });
  await listen(http, '127.0.0.1', 0);
  const { port } = http.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const post: TestServer['post'] = (body, headers = { 'content-type': 'application/json' }) =>
    fetch(`${url}/invocations`, {
      method: 'POST',
      headers,
      body:
        typeof body === 'string' || body instanceof Uint8Array || body instanceof FormData
          ? body
          : JSON.stringify(body),
    });
  return {
    url,
    port,
    engine,
    service,
    hangUp,
    metrics,
    logs: () => lines.map((line) => JSON.parse(line)),
    rawLog: () => lines.join(''),
    flushEmbedded: () => embedded.flush(),
    post,
    classify: async (body) => (await (await post(body)).json()) as InvocationReply,
    close: () => shut(http, 0),
  };
}

/** A request's error, with its status. */
export async function errorOf(response: Response): Promise<ErrorReply['error'] & { status: number }> {
  const { error } = (await response.json()) as ErrorReply;
  return { ...error, status: response.status };
}
