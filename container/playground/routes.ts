import { type Request, type Response, Router } from 'express';
import type { Limits } from '../../lib/contract/limits.js';
import { sendJson } from '../http/send.js';
import type { Service } from '../service.js';
import { type Asset, readAssets } from './assets.js';
import { playgroundInfo } from './info.js';

/** Nothing but the page's own files runs or loads, nothing leaves for another address, nobody frames it. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

const HEADERS = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** `GET /` and what the page loads. */
export function playgroundRoutes(service: Service, limits: Limits): Router {
  const router = Router({ caseSensitive: true });
  for (const [path, asset] of readAssets())
    router.get(path, (request, response) => answer(asset, request, response));
  router.get('/playground/info', (_request, response) => {
    response.set(HEADERS).set('Cache-Control', 'no-store');
    sendJson(response, 200, playgroundInfo(service, limits));
  });
  return router;
}

function answer({ type, bytes, tag }: Asset, request: Request, response: Response): void {
  response.set(HEADERS).set({ 'Cache-Control': 'no-cache', ETag: tag });
  if (request.headers['if-none-match'] === tag) {
    response.status(304).end();
    return;
  }
  response.setHeader('Content-Type', type);
  response.end(bytes);
}
