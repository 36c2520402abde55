import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { PATHS } from '../../contract/http.js';
import type { Clock } from '../../time/clock.js';

/** Why the container gave no answer. */
export type Silence = 'unreachable' | 'timeout' | 'broken';

/** The container did not answer. */
export class ContainerSilent extends Error {
  constructor(readonly why: Silence) {
    super(WORDS[why]);
  }
}

const WORDS: Readonly<Record<Silence, string>> = {
  unreachable: 'The container did not accept the connection.',
  timeout:
    'Your invocation timed out while waiting for a response from container primary. Review the latency metrics for each ' +
    'container in Amazon CloudWatch, resolve the issue, and try again.',
  broken: 'The container closed the connection before its answer was complete.',
};

export interface Invocation {
  /** Only what SageMaker passes on. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Milliseconds for the whole answer. */
  readonly timeoutMs: number;
  /** The caller left. */
  readonly signal: AbortSignal;
}

export interface ContainerStream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Throws ContainerSilent where the answer breaks off. */
  readonly chunks: AsyncIterable<Buffer>;
}

export interface ContainerAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The container, as SageMaker sees it. */
export class Container {
  readonly #url: URL;
  readonly #connectTimeoutMs: number;
  readonly #clock: Clock;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(url: URL, connectTimeoutMs: number, clock: Clock) {
    this.#url = new URL(PATHS.invocations, url);
    this.#connectTimeoutMs = connectTimeoutMs;
    this.#clock = clock;
  }

  /** The whole answer. Rejects with ContainerSilent. */
  async invoke(invocation: Invocation): Promise<ContainerAnswer> {
    const { status, headers, chunks } = await this.open(invocation);
    const parts: Buffer[] = [];
    for await (const chunk of chunks) parts.push(chunk);
    return { status, headers, body: Buffer.concat(parts) };
  }

  /** The answer, its body still to come. Rejects with ContainerSilent. */
  open({ headers, body, timeoutMs, signal }: Invocation): Promise<ContainerStream> {
    let why: Silence = 'broken';
    const silent = (): ContainerSilent => new ContainerSilent(why);
    const call = request(this.#url, { method: 'POST', agent: this.#agent, signal, headers: { ...headers } });
    const giveUp = (reason: Silence) => (): void => {
      why = reason;
      call.destroy();
    };
    const connected = this.#clock.after(this.#connectTimeoutMs, giveUp('unreachable'));
    const answered = this.#clock.after(timeoutMs, giveUp('timeout'));
    call.once('socket', (socket) => {
      if (socket.connecting) socket.once('connect', connected);
      else connected();
    });
    call.once('close', () => {
      connected();
      answered();
    });
    return new Promise((resolve, reject) => {
      call.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ECONNREFUSED') why = 'unreachable';
        reject(silent());
      });
      call.once('response', (message) => {
        const { statusCode: status = 0, headers: received } = message;
        resolve({ status, headers: received, chunks: chunksOf(message, silent) });
      });
      call.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

async function* chunksOf(message: IncomingMessage, silent: () => ContainerSilent): AsyncGenerator<Buffer> {
  try {
    yield* message as AsyncIterable<Buffer>;
  } catch {
    throw silent();
  }
}
