import type { Request } from 'express';
import type { Limits } from '../../lib/contract/limits.js';
import { resolveWishes } from '../../lib/contract/parts.js';
import type { PolicyInfo } from '../../lib/contract/reply.js';
import { type ContextResponse, countSlots, type RequestContext } from '../http/context.js';
import { type Format, formatOf, negotiate } from '../http/formats.js';
import type { InflightBytes, Reservation } from '../http/inflight-bytes.js';
import { readBody } from '../http/read-body.js';
import { send } from '../http/send.js';
import type { Random, ServedPolicy } from '../policy.js';
import { type Answering, answerLines, answerTogether } from '../reply/answer.js';
import type { Rules } from '../reply/decision.js';
import { traceOf } from '../reply/errors.js';
import { modelInfo } from '../reply/model-info.js';
import { StageTimes } from '../reply/stage-times.js';
import { byClass, thresholdsFor } from '../reply/thresholds.js';
import { type ReplyFrame, writeDocument, writeLines } from '../reply/write-reply.js';
import type { ParsedRequest } from '../request/candidate.js';
import type { Accepted, Service } from '../service.js';
import type { Logger } from '../telemetry/logger.js';
import type { TimeSlicer } from '../time-slicer.js';

export interface InvocationsDeps {
  readonly service: Service;
  readonly limits: Limits;
  readonly inflight: InflightBytes;
  readonly slicer: TimeSlicer;
  readonly logger: Logger;
  /** Draws the posts that are audited. */
  readonly random: Random;
}

/** `POST /invocations`: headers are judged before the body is read, the envelope before items are decoded. */
export function invocations(deps: InvocationsDeps) {
  return async (request: Request, response: ContextResponse): Promise<void> => {
    const accepted = deps.service.accept();
    const reservation = deps.inflight.open();
    response.once('close', () => {
      reservation.release();
      accepted.done();
    });
    const { context } = response.locals;
    const format = formatOf(request);
    const replyType = negotiate(request, format);
    const times = new StageTimes();
    const parsed = await readRequest(deps, { request, response, reservation, format, times });

    const answering = prepare(deps, accepted, context, parsed, times);
    const slots = await (format.lines ? answerLines : answerTogether)(parsed.candidates, answering);
    const counted = countSlots(context, slots);
    const writing = replyType.lines
      ? writeLines(counted, parsed.finalNewline ?? false)
      : writeDocument(counted, frameOf(answering, context, parsed));
    send(response, 200, replyType.header, await deps.slicer.run(writing, context.signal));
  };
}

interface Arrival {
  readonly request: Request;
  readonly response: ContextResponse;
  readonly reservation: Reservation;
  readonly format: Format;
  readonly times: StageTimes;
}

/** A function of its own, so that nothing holds the body while the posts are computed. */
async function readRequest(
  { limits, slicer }: InvocationsDeps,
  { request, response, reservation, format, times }: Arrival,
): Promise<ParsedRequest> {
  const { context } = response.locals;
  const body = await times.measure('read', () => readBody(request, response, limits, reservation));
  context.bytes = body.length;
  const reading = { limits, contentType: request.headers['content-type'] ?? '' };
  const parsed = await times.measure('parse', () => slicer.run(format.read(body, reading), context.signal));
  context.items = parsed.candidates.length;
  return parsed;
}

function prepare(
  { slicer, limits, logger, random }: InvocationsDeps,
  { engine, policy }: Accepted,
  context: RequestContext,
  { parameters }: ParsedRequest,
  times: StageTimes,
): Answering {
  return {
    engine,
    slicer,
    times,
    rules: {
      classNames: engine.manifest.classNames,
      thresholds: thresholdsFor(engine, policy, parameters),
      policy,
      random,
    },
    wishes: resolveWishes(parameters, policy?.wishes),
    limits,
    signal: context.signal,
    deadline: context.startedAt + limits.requestTimeoutMs,
    onDefect: (error) => logger.error({ request_id: context.id, trace: traceOf(error) }, 'defect'),
  };
}

/** What the reply tells beside its slots. */
function frameOf(
  { engine, rules, times }: Answering,
  { id, startedAt }: RequestContext,
  { parameters }: ParsedRequest,
): ReplyFrame {
  times.set('total', performance.now() - startedAt);
  return {
    model: modelInfo(engine),
    thresholds: byClass(rules.classNames, rules.thresholds.all),
    ...(rules.policy && { policy: policyInfo(rules.policy, rules) }),
    request_id: id,
    ...(parameters.timings && { timings: times.toJSON() }),
  };
}

function policyInfo({ name, sha256 }: ServedPolicy, { classNames, thresholds }: Rules): PolicyInfo {
  const [plain, ...byParts] = thresholds.byAnswers.map(({ atLeast, byCombination }) => ({
    at_least: atLeast,
    thresholds: {
      text: byClass(classNames, byCombination.text),
      image: byClass(classNames, byCombination.image),
      'text+image': byClass(classNames, byCombination['text+image']),
    },
  }));
  if (plain === undefined) throw new RangeError('The policy has no thresholds.');
  return { name, sha256, thresholds: plain.thresholds, ...(byParts.length > 0 && { by_parts: byParts }) };
}
