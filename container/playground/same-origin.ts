import type { IncomingMessage } from 'node:http';
import type { NextFunction, Request, Response } from 'express';
import { ModerationError } from '../../lib/contract/errors.js';
import { isLoopback } from '../http/loopback.js';

/**
 * Keeps pages of other sites from driving the server through the browser of whoever runs it.
 *
 * - Such a page can post a form (`multipart/form-data`) without asking first. It cannot read the answer, but the model
 *   would work for it. Browsers tell by `Origin` and `Sec-Fetch-Site` where a request comes from; programs send neither
 *   and are let through.
 * - A name of its own that it points at 127.0.0.1 (DNS rebinding) makes the server its own origin, answers readable. The
 *   `Host` header still holds that name, so on loopback only loopback's names are answered.
 *
 * Following a link to the page is no attack: navigations read nothing and change nothing, and framing is refused.
 */
export function sameOriginOnly(listensOn: string) {
  const onLoopback = isLoopback(listensOn);
  return (request: Request, _response: Response, next: NextFunction): void => {
    const host = request.headers.host ?? '';
    if (onLoopback && !isLoopback(hostName(host))) {
      refuse('The Host header names no loopback address, which is where this server listens.');
    }
    if (!isNavigation(request) && isForeign(request, host)) {
      refuse('The request comes from a page of another site.');
    }
    next();
  };
}

function isForeign({ headers }: IncomingMessage, host: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  return headers.origin !== undefined && headers.origin.replace(/^https?:\/\//, '') !== host;
}

/** A page that is opened, not one that is fetched or framed by another. */
function isNavigation({ method, headers }: IncomingMessage): boolean {
  return (
    method === 'GET' && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
  );
}

/** The host without its port. */
function hostName(host: string): string {
  return host.replace(/:\d+$/, '');
}

function refuse(message: string): never {
  throw new ModerationError('foreign_origin', message);
}
