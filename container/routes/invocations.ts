import type { Request } from 'express';
import type { Limits } from '../../lib/contract/limits.js';
import type { Engine } from '../engine.js';
import { type ContextResponse, countSlots, type RequestContext } from '../http/context.js';
import { formatOf, negotiate } from '../http/formats.js';
import type { InflightBytes } from '../http/inflight-bytes.js';
import { readBody } from '../http/read-body.js';
import { send } from '../http/send.js';
import { type Answering, answerLines, answerTogether } from '../reply/answer.js';
import { thresholdsFor } from '../reply/decision.js';
import { traceOf } from '../reply/errors.js';
import { StageTimes } from '../reply/stage-times.js';
import { type ReplyFrame, writeDocument, writeLines } from '../reply/write-reply.js';
import type { ParsedRequest } from '../request/candidate.js';
import type { Service } from '../service.js';
import type { Logger } from '../telemetry/logger.js';
import type { TimeSlicer } from '../time-slicer.js';

export interface InvocationsDeps {
  readonly service: Service;
  readonly limits: Limits;
  readonly inflight: InflightBytes;
  readonly slicer: TimeSlicer;
  readonly logger: Logger;
}

/** `POST /invocations`: headers are judged before the body is read, the envelope before items are decoded. */
export function invocations(deps: InvocationsDeps) {
  return async (request: Request, response: ContextResponse): Promise<void> => {
    const { engine, done } = deps.service.accept();
    const reservation = deps.inflight.open();
    response.once('close', () => {
      reservation.release();
      done();
    });
    const { context } = response.locals;
    const format = formatOf(request);
    const replyType = negotiate(request, format);
    const times = new StageTimes();

    const body = await times.measure('read', () => readBody(request, response, deps.limits, reservation));
    context.bytes = body.length;
    const reading = { limits: deps.limits, contentType: request.headers['content-type'] ?? '' };
    const parsed = await times.measure('parse', () =>
      deps.slicer.run(format.read(body, reading), context.signal),
    );
    context.items = parsed.candidates.length;

    const answering = prepare(deps, engine, context, parsed, times);
    const slots = await (format.lines ? answerLines : answerTogether)(parsed.candidates, answering);
    const counted = countSlots(context, slots);
    const writing = replyType.lines
      ? writeLines(counted, parsed.finalNewline ?? false)
      : writeDocument(counted, frameOf(answering, context, parsed));
    send(response, 200, replyType.header, await deps.slicer.run(writing, context.signal));
  };
}

function prepare(
  { slicer, limits, logger }: InvocationsDeps,
  engine: Engine,
  context: RequestContext,
  { parameters }: ParsedRequest,
  times: StageTimes,
): Answering {
  return {
    engine,
    slicer,
    times,
    classes: thresholdsFor(engine, parameters),
    signal: context.signal,
    deadline: context.startedAt + limits.requestTimeoutMs,
    onDefect: (error) => logger.error({ request_id: context.id, trace: traceOf(error) }, 'defect'),
  };
}

/** What the reply tells beside its slots. */
function frameOf(
  { engine, classes, times }: Answering,
  { id, startedAt }: RequestContext,
  { parameters }: ParsedRequest,
): ReplyFrame {
  const { name, precision, demonstration } = engine.manifest;
  times.set('total', performance.now() - startedAt);
  return {
    model: { name, pack: engine.packHash, precision, demonstration },
    thresholds: Object.fromEntries(classes.map(({ name, threshold }) => [name, threshold])),
    request_id: id,
    ...(parameters.timings && { timings: times.toJSON() }),
  };
}
