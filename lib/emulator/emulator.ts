import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock } from '../time/clock.js';
import { ConnectionReset } from './faults/apply.js';
import type { FaultPolicy } from './faults/fault.js';
import { AwsError, modelError } from './http/aws-error.js';
import { sendAwsError } from './http/send.js';
import { type EmulatorLimits, SAGEMAKER_LIMITS } from './limits.js';
import { AsyncJobs } from './runtime/async-jobs.js';
import { Container, ContainerSilent } from './runtime/container.js';
import { OPERATIONS, RuntimeApi, reset } from './runtime/runtime-api.js';
import { FolderStore } from './s3/folder-store.js';
import { S3Api } from './s3/s3-api.js';

export interface EmulatorOptions {
  /** Where the container stands: `http://127.0.0.1:8080`. */
  readonly containerUrl: string | URL;
  /** Endpoints that exist; the container answers for each. @default `['moderation']` */
  readonly endpointNames?: readonly string[] | undefined;
  /** A loopback address. @default 127.0.0.1 */
  readonly host?: string | undefined;
  /** 0 for any that is free. @default 0 */
  readonly port?: number | undefined;
  /** The folder that stands for S3: `s3://bucket/key` is the file `bucket/key`. @default a new one, removed at the end */
  readonly s3Folder?: string | undefined;
  /** @default SageMaker's own */
  readonly limits?: Partial<EmulatorLimits> | undefined;
  /** @default nothing goes wrong */
  readonly faults?: FaultPolicy | undefined;
  /** Told of each request when it ends, without its content. @default nobody is told */
  readonly onRequest?: ((entry: RequestEntry) => void) | undefined;
}

/** The world around the emulator, for tests. */
export interface EmulatorInternals {
  /** @default the system's */
  readonly clock?: Clock | undefined;
}

export interface RequestEntry {
  readonly method: string;
  readonly path: string;
  /** 0 when the connection broke before the answer began. */
  readonly status: number;
  readonly ms: number;
}

export interface RunningEmulator {
  /** For `endpoint`, `endpoint_url` or AWS_ENDPOINT_URL, of the Runtime API and of S3 alike. */
  readonly url: string;
  readonly port: number;
  readonly s3Folder: string;
  /** From the next call on, these go wrong. @default nothing does */
  setFaults(faults?: FaultPolicy): void;
  /** Breaks off what is on the way. Nothing is written to the folder once this has resolved. */
  close(): Promise<void>;
}

/** The bucket of the answers of asynchronous endpoints. */
export const ASYNC_PLACES = {
  bucket: 'emulator',
  outputPrefix: 'output/',
  failurePrefix: 'failure/',
} as const;

const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|::1|localhost)$/;

/** Starts SageMaker's Runtime API, and a little of S3, on a loopback address in front of a container. */
export async function startEmulator(
  options: EmulatorOptions,
  { clock = systemClock }: EmulatorInternals = {},
): Promise<RunningEmulator> {
  const { host = '127.0.0.1', port = 0, endpointNames = ['moderation'] } = options;
  if (!LOOPBACK.test(host)) {
    throw new RangeError(
      `host is ${JSON.stringify(host)}; the emulator checks no signatures, so only loopback is served`,
    );
  }
  const limits = { ...SAGEMAKER_LIMITS, ...options.limits };
  const folder = options.s3Folder ?? (await mkdtemp(join(tmpdir(), 'moderation-s3-')));
  const store = new FolderStore(folder);
  const container = new Container(new URL(options.containerUrl), limits.connectTimeoutMs, clock);
  const jobs = new AsyncJobs(container, store, clock);
  let faults: FaultPolicy = options.faults ?? (() => undefined);
  const runtime = new RuntimeApi({
    endpointNames: new Set(endpointNames),
    container,
    jobs,
    places: ASYNC_PLACES,
    limits,
    clock,
    faults: () => faults,
  });
  const router = new Router(runtime, new S3Api(store, limits), options.onRequest);
  const server = createServer((request, response) => router.handle(request, response));
  await listen(server, host, port);
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    port: address.port,
    s3Folder: folder,
    setFaults: (next = () => undefined) => {
      faults = next;
    },
    close: async () => {
      await Promise.all([jobs.close(), shut(server)]);
      await router.idle();
      container.close();
      if (options.s3Folder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Hands each request to the API that it is for, and answers errors. */
class Router {
  readonly #runtime: RuntimeApi;
  readonly #s3: S3Api;
  readonly #onRequest: EmulatorOptions['onRequest'];
  readonly #handling = new Set<Promise<void>>();

  constructor(runtime: RuntimeApi, s3: S3Api, onRequest: EmulatorOptions['onRequest']) {
    this.#runtime = runtime;
    this.#s3 = s3;
    this.#onRequest = onRequest;
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const start = performance.now();
    const { method = '', url = '/' } = request;
    const path = url.split('?', 1)[0] ?? '/';
    response.once('close', () => {
      const status = response.headersSent ? response.statusCode : 0;
      this.#onRequest?.({ method, path, status, ms: performance.now() - start });
    });
    response.setHeader('x-amzn-RequestId', randomUUID());
    const handled = this.#route(request, response, path)
      .catch((error) => answerError(error, request, response))
      .finally(() => this.#handling.delete(handled));
    this.#handling.add(handled);
  }

  /** Resolves when no request is handled any more, also none whose caller left. */
  async idle(): Promise<void> {
    while (this.#handling.size > 0) await Promise.all(this.#handling);
  }

  async #route(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    // A page in a browser that had its own name resolve to this address would send that name.
    if (!isLocal(request.headers.host))
      throw new AwsError(403, 'AccessDeniedException', 'The host is not local.');
    const [, endpointName = '', action = ''] = /^\/endpoints\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
    const operation = Object.hasOwn(OPERATIONS, action) ? OPERATIONS[action] : undefined;
    if (operation !== undefined && request.method === 'POST') {
      return this.#runtime.handle(request, response, operation, decodeURIComponent(endpointName));
    }
    if (path === '/endpoints' || path.startsWith('/endpoints/')) {
      throw new AwsError(404, 'UnknownOperationException', 'There is no such operation.');
    }
    return this.#s3.handle(request, response, path);
  }
}

function isLocal(host: string | undefined): boolean {
  if (host === undefined || !URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  return LOOPBACK.test(hostname.replace(/^\[|\]$/g, ''));
}

function answerError(error: unknown, request: IncomingMessage, response: ServerResponse): void {
  if (error instanceof ConnectionReset || response.headersSent || response.destroyed) {
    reset(response);
    return;
  }
  request.resume();
  sendAwsError(response, awsErrorOf(error, request.url ?? ''));
}

function awsErrorOf(error: unknown, path: string): AwsError {
  if (error instanceof AwsError) return error;
  if (error instanceof ContainerSilent) {
    return modelError({ endpointName: path.split('/')[2] ?? '', status: 0, body: error.message });
  }
  return new AwsError(500, 'InternalFailure', 'The emulator met a defect.');
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
}

function shut(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
