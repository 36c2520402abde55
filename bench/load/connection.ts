import { Agent, request } from 'node:http';
import type { BodyParts } from '../posts/body.js';

export interface Reply {
  readonly status: number;
  readonly body: string;
}

/** Keep-alive connections to one server, with as little work a request as Node.js allows. */
export class Connections {
  readonly #agent: Agent;
  readonly #port: number;

  constructor(port: number, count: number) {
    this.#port = port;
    this.#agent = new Agent({ keepAlive: true, maxSockets: count, noDelay: true });
  }

  post(parts: BodyParts): Promise<Reply> {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    return new Promise((resolve, reject) => {
      const call = request(
        {
          host: '127.0.0.1',
          port: this.#port,
          path: '/invocations',
          method: 'POST',
          agent: this.#agent,
          headers: { 'content-type': 'application/json', 'content-length': length },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.once('error', reject);
          response.once('end', () =>
            resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
          );
        },
      );
      call.once('error', reject);
      call.cork();
      for (const part of parts) call.write(part);
      call.uncork();
      call.end();
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
