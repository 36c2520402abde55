import type { IncomingMessage, ServerResponse } from 'node:http';
import { ModerationError } from '../../lib/contract/errors.js';
import type { Limits } from '../../lib/contract/limits.js';
import type { Reservation } from './inflight-bytes.js';

const FIRST_BYTES = 64 * 1024;

/** The caller closed the connection; nobody reads an answer. */
export class CallerGone extends Error {
  override readonly name = 'CallerGone';
}

/**
 * The whole body. Refuses before it reads what the Content-Length says is too large (`body_too_large`) or does not fit
 * in memory now (`overloaded`), and counts bytes as they come otherwise. Rejects with `body_timeout`, or with
 * {@link CallerGone}. The rest of a refused body is left unread.
 */
export function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  limits: Limits,
  reservation: Reservation,
): Promise<Buffer> {
  const declared = declaredLength(request);
  const { maxBodyBytes, bodyTimeoutMs } = limits;
  if (declared !== undefined) {
    checkLength(declared, maxBodyBytes);
    reservation.grow(declared);
  }
  if (waitsForContinue(request)) {
    response.writeContinue();
    told.add(request);
  }
  const body = new GrowingBuffer(declared ?? FIRST_BYTES);
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
      finish();
    };
    const fail = (error: Error): void =>
      settle(() => {
        request.pause();
        reject(error);
      });
    const onData = (chunk: Buffer): void => {
      try {
        checkLength(body.length + chunk.length, maxBodyBytes);
        if (declared === undefined) reservation.grow(chunk.length);
        body.append(chunk);
      } catch (error) {
        fail(error as ModerationError);
      }
    };
    const onEnd = (): void => settle(() => resolve(body.bytes()));
    const onClose = (): void =>
      fail(new CallerGone('The caller closed the connection before its body was complete.'));
    const timer = setTimeout(
      () =>
        fail(
          new ModerationError(
            'body_timeout',
            `The body did not arrive within ${bodyTimeoutMs} ms (bodyTimeoutMs); got ${body.length} bytes.`,
          ),
        ),
      bodyTimeoutMs,
    );
    request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}

/** Requests that were told to go on. */
const told = new WeakSet<IncomingMessage>();

/** Whether the caller holds its body back until it is told to go on. */
export function waitsForContinue(request: IncomingMessage): boolean {
  return request.headers.expect !== undefined && !told.has(request);
}

function declaredLength(request: IncomingMessage): number | undefined {
  const header = request.headers['content-length'];
  if (header !== undefined) return Number(header);
  return request.headers['transfer-encoding'] === undefined ? 0 : undefined;
}

function checkLength(bytes: number, max: number): void {
  if (bytes <= max) return;
  throw new ModerationError(
    'body_too_large',
    `The body has ${bytes} bytes or more; at most ${max} are read (maxBodyBytes).`,
  );
}

/** Bytes as they come, in one piece: allocated once where the length is known, doubled where it is not. */
class GrowingBuffer {
  #bytes: Buffer;
  length = 0;

  constructor(capacity: number) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  append(chunk: Buffer): void {
    const needed = this.length + chunk.length;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
      this.#bytes.copy(larger, 0, 0, this.length);
      this.#bytes = larger;
    }
    chunk.copy(this.#bytes, this.length);
    this.length = needed;
  }

  bytes(): Buffer {
    return this.#bytes.subarray(0, this.length);
  }
}
