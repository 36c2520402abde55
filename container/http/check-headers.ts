import type { IncomingMessage } from 'node:http';
import type { NextFunction, Request, Response } from 'express';
import { ModerationError } from '../../lib/contract/errors.js';

/** Refuses what HTTP/1.1 refuses and Node would answer with a bare status: `invalid_request`. */
export function checkHeaders(request: Request, _response: Response, next: NextFunction): void {
  if (lacksHost(request)) {
    throw new ModerationError('invalid_request', 'There is no Host header, which every request needs.');
  }
  if (!/^(?:100-continue)?$/i.test(request.headers.expect ?? '')) {
    throw new ModerationError('invalid_request', 'The Expect header holds something else than 100-continue.');
  }
  next();
}

function lacksHost({ httpVersion, headers }: IncomingMessage): boolean {
  return httpVersion === '1.1' && headers.host === undefined;
}
