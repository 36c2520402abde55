import type { NextFunction, Request, Response } from 'express';
import { PATHS } from '../../lib/contract/http.js';
import type { ContextResponse } from '../http/context.js';
import type { Logger } from './logger.js';
import type { RequestOutcome } from './metrics.js';

const KNOWN_PATHS = new Set<string>(Object.values(PATHS));

/** One line a request, when its connection is done with it, and its metrics. `/ping` and `/metrics` log at debug. */
export function accessLog(logger: Logger, observers: readonly ((outcome: RequestOutcome) => void)[]) {
  return (request: Request, response: ContextResponse, next: NextFunction): void => {
    const route = routeOf(request);
    response.once('close', () => {
      const { context } = response.locals;
      const aborted = !response.writableFinished;
      for (const observe of observers) observe({ route, status: response.statusCode, aborted, context });
      logger[levelOf(route, response)](
        {
          request_id: context.id,
          method: request.method,
          path: route,
          status: response.statusCode,
          ms: Math.round(performance.now() - context.startedAt),
          ...(context.items > 0 && { items: context.items }),
          ...(context.bytes > 0 && { bytes: context.bytes }),
          ...(context.codes.size > 0 && { errors: Object.fromEntries(context.codes) }),
          ...(aborted && { aborted }),
        },
        'request',
      );
    });
    next();
  };
}

/** The path where it is one of ours. Any other may carry anything, a post too, and stays out of log and metrics. */
function routeOf(request: Request): string {
  return KNOWN_PATHS.has(request.path) ? request.path : 'unknown';
}

function levelOf(route: string, response: Response): 'debug' | 'info' | 'error' {
  if (route === PATHS.ping || route === PATHS.metrics) return 'debug';
  return response.statusCode === 500 ? 'error' : 'info';
}
