import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NextFunction, Request, Response } from 'express';

/** How long the rest of a body may take to come after the request was answered without it. */
const LINGER_MS = 5000;

/** Ends connections in an orderly way, so that the last reply on each is read. */
export class HangUp {
  readonly #open = new Set<ServerResponse>();
  #started = false;

  /** From now on every reply, those of requests in progress too, closes its connection. */
  start(): void {
    this.#started = true;
    for (const response of this.#open) announce(response);
  }

  /**
   * Watches each request. One that was answered before its body was read stays connected until the rest has come, for
   * closing at once would make the caller's system drop the reply; who takes too long for it is cut off.
   */
  middleware() {
    return (request: Request, response: Response, next: NextFunction): void => {
      this.#open.add(response);
      response.once('close', () => this.#open.delete(response));
      response.once('finish', () => cutOffLater(request));
      if (this.#started) announce(response);
      next();
    };
  }
}

/** Reads and forgets the rest of a body; resolves when it has come, or after a while. */
export function absorbBody(request: IncomingMessage, maxMs: number): Promise<void> {
  if (request.complete || request.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(finish, maxMs);
    request.once('end', finish).once('close', finish).resume();
  });
}

function announce(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}

function cutOffLater(request: IncomingMessage): void {
  if (request.complete) return;
  const timer = setTimeout(() => request.socket.destroy(), LINGER_MS).unref();
  request.once('close', () => clearTimeout(timer));
}
