import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { ModerationError } from '../lib/contract/errors.js';
import { PATHS } from '../lib/contract/http.js';
import type { Limits } from '../lib/contract/limits.js';
import { errorHandler } from './error-handler.js';
import { checkHeaders } from './http/check-headers.js';
import { attachContext } from './http/context.js';
import { HangUp } from './http/hang-up.js';
import { InflightBytes } from './http/inflight-bytes.js';
import { playgroundRoutes } from './playground/routes.js';
import { sameOriginOnly } from './playground/same-origin.js';
import { type Random, secureRandom } from './policy.js';
import { executionParameters } from './routes/execution-parameters.js';
import { invocations } from './routes/invocations.js';
import { metricsRoute } from './routes/metrics.js';
import { ping } from './routes/ping.js';
import type { Service } from './service.js';
import { accessLog } from './telemetry/access-log.js';
import type { EmbeddedMetrics } from './telemetry/emf.js';
import type { Logger } from './telemetry/logger.js';
import type { Metrics } from './telemetry/metrics.js';
import { TimeSlicer } from './time-slicer.js';

export interface AppDeps {
  readonly service: Service;
  readonly limits: Limits;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** @default no embedded metrics are written */
  readonly embedded?: EmbeddedMetrics | undefined;
  /** @default one that nobody starts */
  readonly hangUp?: HangUp | undefined;
  /** Serves the playground at `/`; `host` is the address that the server listens on. @default `/` is 404 */
  readonly playground?: { readonly host: string } | undefined;
  /** Draws the posts that a policy sends to review. @default cryptographic */
  readonly random?: Random | undefined;
}

/** The HTTP interface, without a socket. */
export function createApp(deps: AppDeps): Express {
  const { service, limits, logger, metrics, embedded, hangUp = new HangUp(), playground } = deps;
  const { random = secureRandom } = deps;
  const inflight = new InflightBytes(limits.maxInflightBytes);
  metrics.observeServer(service, inflight);
  const app = express();
  app.disable('x-powered-by').disable('etag').disable('query parser').enable('case sensitive routing');
  app.use(attachContext);
  app.use(
    accessLog(logger, [(outcome) => metrics.request(outcome), (outcome) => embedded?.request(outcome)]),
  );
  app.use(hangUp.middleware());
  app.use(checkHeaders);

  if (playground) app.use(sameOriginOnly(playground.host), playgroundRoutes(service, limits));

  app.route(PATHS.ping).get(ping(service)).all(only('GET, HEAD'));
  app
    .route(PATHS.invocations)
    .post(invocations({ service, limits, inflight, logger, slicer: new TimeSlicer(), random }))
    .all(only('POST'));
  app.route(PATHS.executionParameters).get(executionParameters(limits)).all(only('GET, HEAD'));
  app.route(PATHS.metrics).get(metricsRoute(metrics)).all(only('GET, HEAD'));

  app.use(() => {
    throw new ModerationError(
      'not_found',
      `There is no such path; expected ${Object.values(PATHS).join(', ')}.`,
    );
  });
  app.use(errorHandler(logger));
  return app;
}

function only(methods: string) {
  return (_request: Request, response: Response, _next: NextFunction): never => {
    response.setHeader('Allow', methods);
    throw new ModerationError('method_not_allowed', `The path takes ${methods} only.`);
  };
}
