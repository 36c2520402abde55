import type { NextFunction, Request } from 'express';
import type { ErrorReply } from '../lib/contract/reply.js';
import { type ContextResponse, countCode } from './http/context.js';
import { absorbBody } from './http/hang-up.js';
import { CallerGone, waitsForContinue } from './http/read-body.js';
import { sendJson } from './http/send.js';
import { declared, toErrorBody, traceOf } from './reply/errors.js';
import type { Logger } from './telemetry/logger.js';

/** Turns what a route threw into the reply for the whole request; the only place that does. */
export function errorHandler(logger: Logger) {
  // Express knows an error handler by its four parameters.
  return (thrown: unknown, request: Request, response: ContextResponse, _next: NextFunction): void => {
    const { context } = response.locals;
    if (context.signal.aborted || thrown instanceof CallerGone) {
      response.destroy();
      return;
    }
    const error = declared(thrown);
    if (error.code === 'internal') {
      logger.error({ request_id: context.id, trace: traceOf(thrown) }, 'defect');
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    countCode(context, error.code);
    if (error.retryAfterMs !== undefined) {
      response.setHeader('Retry-After', Math.max(1, Math.ceil(error.retryAfterMs / 1000)));
    }
    const reply: ErrorReply = { error: toErrorBody(error), request_id: context.id };
    const answer = (): void => sendJson(response, error.definition.status, reply);
    // A caller that was not told to go on may or may not send its body: nothing after it could be understood.
    if (error.code === 'body_timeout' || waitsForContinue(request)) response.setHeader('Connection', 'close');
    if (error.code === 'shutting_down' && !waitsForContinue(request)) {
      void absorbBody(request, ABSORB_MS).then(answer);
    } else {
      answer();
    }
  };
}

/** The connection closes after this reply, so the body is let in first, or the caller's system would drop the reply. */
const ABSORB_MS = 1000;
