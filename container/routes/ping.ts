import type { Request, Response } from 'express';
import type { HealthReply } from '../../lib/contract/reply.js';
import { sendJson } from '../http/send.js';
import type { Service } from '../service.js';

/** `GET /ping`: 200 and nothing more when the model answers, 503 and why otherwise. It waits for nothing. */
export function ping(service: Service) {
  return (_request: Request, response: Response): void => {
    const status = service.health();
    if (status !== 'ready') {
      const reply: HealthReply = { status };
      sendJson(response, 503, reply);
      return;
    }
    response.setHeader('Content-Length', 0);
    response.end();
  };
}
