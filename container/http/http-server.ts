import type { RequestListener, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { ModerationError } from '../../lib/contract/errors.js';
import type { Limits } from '../../lib/contract/limits.js';
import { answerClientError } from './client-error.js';
import { createServer } from './node-http.js';

/** How often connections are checked for the time they take. */
const CHECK_INTERVAL_MS = 1000;
/** Bodies have a deadline of their own; this one catches what is not read by a route. */
const MARGIN_MS = 5000;

/** What is told of connections that never became a request. */
export interface ConnectionObserver {
  /** Closed at once because there were maxConnections. */
  dropped(): void;
  /** Answered with this error, because what came was no HTTP or too slow. */
  malformed(error: ModerationError): void;
}

/** An HTTP/1.1 server with every limit on connections and headers in force. */
export function createHttpServer(
  listener: RequestListener,
  limits: Limits,
  observer: ConnectionObserver,
): Server {
  const inProgress = new InProgress();
  const handle: RequestListener = (request, response) => {
    inProgress.add(request.socket, response);
    listener(request, response);
  };
  const server = createServer(
    {
      maxHeaderSize: limits.maxHeaderBytes,
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.headersTimeoutMs + limits.bodyTimeoutMs + MARGIN_MS,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
      noDelay: true,
      // Checked by checkHeaders instead, which answers with an error of the contract.
      requireHostHeader: false,
    },
    handle,
  );
  server.maxConnections = limits.maxConnections;
  // Whether a body that is announced by `Expect: 100-continue` may come is for its reader to say.
  server.on('checkContinue', handle);
  server.on('checkExpectation', handle);
  server.on('drop', () => observer.dropped());
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    const told = answerClientError(error, socket, inProgress.has(socket));
    if (told !== null) observer.malformed(told);
  });
  return server;
}

/** The responses that are not closed yet, by connection. */
class InProgress {
  readonly #responses = new WeakMap<Duplex, Set<ServerResponse>>();

  has(socket: Duplex): boolean {
    return (this.#responses.get(socket)?.size ?? 0) > 0;
  }

  add(socket: Duplex, response: ServerResponse): void {
    const known = this.#responses.get(socket);
    const responses = known ?? new Set();
    if (known === undefined) {
      this.#responses.set(socket, responses);
      socket.once('close', () => setImmediate(closeAll, responses));
    }
    responses.add(response);
    response.once('close', () => responses.delete(response));
  }
}

/**
 * Of pipelined requests only the first response has the socket; when that closes, Node tells nobody of the others. What
 * they hold (places, memory, a drain that waits) would never be given back.
 */
function closeAll(responses: ReadonlySet<ServerResponse>): void {
  for (const response of responses) {
    response.destroy();
    response.emit('close');
  }
}

/** Starts to listen; resolves to the port. Rejects with `invalid_configuration` when the address cannot be had. */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      const message = `Cannot listen on ${host}:${port} (${error.code}); choose a free port and an address of this machine.`;
      reject(new ModerationError('invalid_configuration', message, { cause: error }));
    };
    server.once('error', onError);
    server.listen({ host, port, backlog: 511 }, () => {
      server.off('error', onError);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** Stops to listen; resolves when every connection is closed, idle ones at once, others by force after a while. */
export function shut(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
