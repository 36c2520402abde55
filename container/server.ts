import { setTimeout as delay } from 'node:timers/promises';
import type { ModerationError } from '../lib/contract/errors.js';
import type { ClassifierOptions } from '../lib/engine/options.js';
import { createApp } from './app.js';
import type { ServerConfig } from './config.js';
import type { Engine } from './engine.js';
import { HangUp } from './http/hang-up.js';
import { createHttpServer, listen, shut } from './http/http-server.js';
import { openPolicy, policyFor } from './policy.js';
import { modelInfo } from './reply/model-info.js';
import { Service } from './service.js';
import { EmbeddedMetrics } from './telemetry/emf.js';
import { observeEngine, registerEngine } from './telemetry/engine-metrics.js';
import type { Logger } from './telemetry/logger.js';
import { Metrics } from './telemetry/metrics.js';

export interface StartOptions {
  readonly config: ServerConfig;
  readonly logger: Logger;
  /** Finds or makes the model pack and loads it; called when the server listens already. */
  readonly load: (options: ClassifierOptions) => Promise<Engine>;
  /** Told when the engine is lost for good, after it was ready. The server then answers 503. */
  readonly onLost?: (error: ModerationError) => void;
  /** Whether /metrics tells figures of the process. @default true */
  readonly processMetrics?: boolean;
}

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** Resolves when the model answers; rejects with why it cannot be loaded. */
  readonly ready: Promise<Engine>;
  /** Drains and closes. Resolves to the number of accepted requests that were not finished in time. Idempotent. */
  stop(): Promise<number>;
}

/** Time for callers to hear of the drain on open connections, and for the last replies to be written. */
const GRACE_MS = 250;
/** The longest that closing the engine may take. */
const CLOSE_ENGINE_MS = 3000;

/** Listens at once, so that `/ping` says 503 while the model loads; rejects when the address cannot be had. */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const { config, logger } = options;
  const { limits } = config;
  const service = new Service();
  const metrics = new Metrics();
  if (options.processMetrics ?? true) metrics.observeProcess();
  const embedded = config.embeddedMetrics ? new EmbeddedMetrics(logger, config.endpointName) : undefined;
  const hangUp = new HangUp();
  const playground = config.playground ? { host: config.host } : undefined;
  const app = createApp({ service, limits, logger, metrics, embedded, hangUp, playground });
  const http = createHttpServer(app, limits, {
    dropped: () => metrics.droppedConnection(),
    malformed: ({ code }) => metrics.malformedRequest(code),
  });
  const port = await listen(http, config.host, config.port);
  const url = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`;
  logger.info({ url, ...(playground && { playground: `${url}/` }) }, 'listening');

  const loading = new AbortController();
  const ready = loadEngine(options, service, metrics, loading.signal);
  ready.catch(() => service.fail());

  const stop = async (): Promise<number> => {
    const answered = service.drain();
    hangUp.start();
    loading.abort();
    await atMost(limits.drainTimeoutMs, answered);
    const unfinished = service.accepted;
    await delay(GRACE_MS);
    const closeEngine = async (): Promise<void> => (await ready).close();
    await atMost(
      CLOSE_ENGINE_MS,
      closeEngine().catch(() => undefined),
    );
    await shut(http, GRACE_MS);
    embedded?.flush();
    return unfinished;
  };
  let stopping: Promise<number> | undefined;
  return {
    url,
    port,
    ready,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

async function loadEngine(
  { config, logger, load, onLost }: StartOptions,
  service: Service,
  metrics: Metrics,
  signal: AbortSignal,
): Promise<Engine> {
  const start = performance.now();
  const file = await openPolicy(config);
  const engine = await load({
    device: config.device,
    threads: config.threads,
    replicas: config.replicas,
    limits: config.limits,
    logger,
    observer: {
      ...observeEngine(metrics.registry),
      failed: (error) => {
        service.fail();
        onLost?.(error);
      },
    },
    signal,
  });
  const policy = file && (await orClose(engine, () => policyFor(file, engine)));
  registerEngine(metrics.registry, engine);
  if (policy !== undefined) metrics.observePolicy(policy);
  service.ready(engine, policy);
  logger.info(
    {
      model: modelInfo(engine),
      device: engine.device,
      ...(policy && { policy: { name: policy.name, sha256: policy.sha256, file: policy.path } }),
      ms: Math.round(performance.now() - start),
    },
    'ready',
  );
  return engine;
}

/** What the work gives; when it fails, the engine is closed, for nobody else will. */
async function orClose<T>(engine: Engine, work: () => T): Promise<T> {
  try {
    return work();
  } catch (error) {
    await engine.close();
    throw error;
  }
}

/** Waits for the work, but no longer than that. */
async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  const enough = new AbortController();
  const timer = delay(ms, undefined, { signal: enough.signal }).catch(() => undefined);
  await Promise.race([work, timer]);
  enough.abort();
}
