import type { Request, Response } from 'express';
import { send } from '../http/send.js';
import type { Metrics } from '../telemetry/metrics.js';

/** `GET /metrics`: what Prometheus, and SageMaker's detailed observability, scrape. */
export function metricsRoute({ registry }: Metrics) {
  return async (_request: Request, response: Response): Promise<void> => {
    send(response, 200, registry.contentType, await registry.metrics());
  };
}
