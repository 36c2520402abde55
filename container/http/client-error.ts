import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { ModerationError } from '../../lib/contract/errors.js';
import type { ErrorReply } from '../../lib/contract/reply.js';
import { toErrorBody } from '../reply/errors.js';
import { STATUS_CODES } from './node-http.js';

/** How long the caller may take to read the reply before its connection is cut. */
const LINGER_MS = 1000;

/**
 * Answers what is no HTTP, or came too slowly to become a request, and closes the connection. `busy`: an earlier
 * request on it is still being answered; then nothing is written, for it would be read as that answer.
 */
export function answerClientError(
  error: NodeJS.ErrnoException,
  socket: Duplex,
  busy: boolean,
): ModerationError | null {
  if (busy || !socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return null;
  }
  const problem = problemOf(error.code);
  const reply: ErrorReply = { error: toErrorBody(problem), request_id: randomUUID() };
  const body = JSON.stringify(reply);
  const { status } = problem.definition;
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
  const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.once('close', () => clearTimeout(timer));
  return problem;
}

function problemOf(code: string | undefined): ModerationError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new ModerationError('headers_too_large', 'The headers are larger than maxHeaderBytes.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new ModerationError(
        'body_timeout',
        'The request did not arrive in time (headersTimeoutMs, bodyTimeoutMs).',
      );
    default:
      return new ModerationError('invalid_request', 'The request is no valid HTTP/1.1.');
  }
}
