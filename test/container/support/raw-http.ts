import { connect, type Socket } from 'node:net';

/** A connection on which anything can be sent; what comes back is kept until it is closed. */
export class RawConnection {
  #received = '';
  readonly closed: Promise<string>;

  private constructor(readonly socket: Socket) {
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      this.#received += chunk;
    });
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => socket.on('close', () => resolve(this.#received)));
  }

  static open(port: number): Promise<RawConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port }, () => resolve(new RawConnection(socket)));
      socket.once('error', reject);
    });
  }

  get received(): string {
    return this.#received;
  }

  send(text: string | Uint8Array): this {
    this.socket.write(text);
    return this;
  }

  /** Resolves when what came back matches. */
  async until(pattern: RegExp): Promise<string> {
    for (;;) {
      if (pattern.test(this.#received)) return this.#received;
      if (this.socket.destroyed) throw new Error(`closed after ${JSON.stringify(this.#received)}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

/** Sends one text and gives everything that came back when the server closed the connection. */
export async function exchange(port: number, text: string | Uint8Array): Promise<string> {
  const connection = await RawConnection.open(port);
  return connection.send(text).closed;
}
