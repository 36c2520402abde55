import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import type { NextFunction, Request, Response } from 'express';
import type { Action } from '../../lib/contract/action.js';
import { HEADERS, REQUEST_ID_PATTERN } from '../../lib/contract/http.js';
import { combinationOf } from '../../lib/contract/modality.js';
import { isItemError, type Slot } from '../../lib/contract/reply.js';

/** What is known of a request while it is answered; the access log and the metrics read it at the end. */
export interface RequestContext {
  readonly id: string;
  /** In milliseconds of `performance.now()`. */
  readonly startedAt: number;
  /** Aborted when the connection closes before the reply is out. */
  readonly signal: AbortSignal;
  /** Bytes of the body, once read. */
  bytes: number;
  /** Items in the request, once parsed. */
  items: number;
  /** How often each error code was told, in slots or for the whole. */
  readonly codes: Map<string, number>;
  /** How many items were answered, by what the answer rests on: `text`, `image` or `text+image`. */
  readonly answers: Map<string, number>;
  /** How many posts the policy let pass, sent to review and flagged. */
  readonly decisions: Map<Action, number>;
  /** How many of those for review were drawn at random. */
  audits: number;
  /** How many answers leave something out, by its code. */
  readonly unseen: Map<string, number>;
}

/** A response that carries its request's context. */
export type ContextResponse = Response<unknown, { context: RequestContext }>;

/** Gives every request a context, and its id to the response's headers. */
export function attachContext(request: Request, response: ContextResponse, next: NextFunction): void {
  const departure = new AbortController();
  // Every item of the request listens.
  setMaxListeners(0, departure.signal);
  const id = requestId(request.headers);
  response.locals.context = {
    id,
    startedAt: performance.now(),
    signal: departure.signal,
    bytes: 0,
    items: 0,
    codes: new Map(),
    answers: new Map(),
    decisions: new Map(),
    audits: 0,
    unseen: new Map(),
  };
  response.setHeader(HEADERS.requestId, id);
  response.once('close', () => {
    if (!response.writableFinished) departure.abort();
  });
  next();
}

/** Counts a code that is told to the caller. */
export function countCode({ codes }: RequestContext, code: string): void {
  increment(codes, code);
}

/** The slots, counted as they are taken: their codes, what their answers rest on, and what is decided. */
export function* countSlots(context: RequestContext, slots: readonly Slot[]): Iterable<Slot> {
  for (const slot of slots) {
    if (isItemError(slot)) {
      countCode(context, slot.error.code);
    } else {
      const { modalities_used: used, decision, audit, unseen = [] } = slot;
      for (const code of new Set(unseen.map((entry) => entry.code))) increment(context.unseen, code);
      increment(context.answers, combinationOf(used));
      if (decision !== undefined) increment(context.decisions, decision);
      if (audit) context.audits += 1;
    }
    yield slot;
  }
}

function increment<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** The caller's id where it is well-formed: SageMaker's inference id, then x-request-id. */
function requestId(headers: IncomingHttpHeaders): string {
  for (const name of [HEADERS.inferenceId, HEADERS.requestId]) {
    const value = headers[name];
    if (typeof value === 'string' && REQUEST_ID_PATTERN.test(value)) return value;
  }
  return randomUUID();
}
