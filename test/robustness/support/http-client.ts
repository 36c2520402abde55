import { Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';

export interface HttpReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface HttpRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Buffer | string;
  /** Ends the exchange; it then rejects. */
  readonly signal?: AbortSignal;
  /** Told when the last byte of the body was handed to the system. */
  readonly onSent?: () => void;
}

/** Plain HTTP over kept connections to one port of this machine. */
export class HttpClient {
  readonly #agent: Agent;

  constructor(
    readonly port: number,
    connections: number,
  ) {
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /** Sent a second time when the server had just closed the kept connection, and not one byte came back. */
  async send(what: HttpRequest): Promise<HttpReply> {
    try {
      return await this.#exchange(what);
    } catch (error) {
      if (!(error instanceof StaleConnection) || what.signal?.aborted) throw error;
      return this.#exchange(what);
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #exchange({
    method = 'POST',
    path,
    headers = {},
    body = '',
    signal,
    onSent,
  }: HttpRequest): Promise<HttpReply> {
    return new Promise((resolve, reject) => {
      const options = { agent: this.#agent, host: '127.0.0.1', port: this.port, method, path, headers };
      const sending = request({ ...options, ...(signal && { signal }) }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
          }),
        );
      });
      sending.on('error', (error: NodeJS.ErrnoException) => {
        const stale = sending.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
        reject(stale ? new StaleConnection(error.message, { cause: error }) : error);
      });
      if (onSent) sending.once('finish', onSent);
      sending.end(body);
    });
  }
}

class StaleConnection extends Error {}
