import { parentPort, workerData } from 'node:worker_threads';
import { ModerationError } from '../../contract/errors.js';
import { explainExhaustion, isExhausted } from '../../contract/exhaustion.js';
import { deferred } from '../deferred.js';
import { toErrorMessage } from './error-message.js';
import type { CallMessage, MainMessage, StartMessage, WorkerMessage } from './messages.js';

export interface Answer<Response> {
  readonly response: Response;
  /** Buffers of the response to hand over rather than copy. */
  readonly transfer: readonly ArrayBuffer[];
}

export type Handler<Request, Response> = (request: Request) => Promise<Answer<Response>>;

/**
 * A worker's main: starts, says that it is ready, answers calls one after another, and ends when it is told to. An error
 * of a call is its answer; an error at the start makes the worker say so and end. What it starts with is given at its
 * birth or, to one that was born ahead, by its first message.
 */
export async function serve<Start, Request, Response>(
  start: (data: Start) => Promise<Handler<Request, Response>>,
): Promise<void> {
  const port = parentPort;
  if (port === null)
    throw new Error('This module is the entry of a worker thread; it cannot run on its own.');
  const send = (message: WorkerMessage<Response>, transfer: readonly ArrayBuffer[] = []) =>
    port.postMessage(message, transfer);

  const given = deferred<Start>();
  if (workerData != null) given.resolve(workerData as Start);
  const handler = given.promise.then(start);

  const answer = async ({ id, request }: CallMessage<Request>) => {
    try {
      const { response, transfer } = await (await handler)(request);
      send({ kind: 'result', id, response }, transfer);
    } catch (error) {
      send({ kind: 'error', id, error: toErrorMessage(explainCall(error)) });
    }
  };
  let last = Promise.resolve();
  port.on('message', (message: StartMessage<Start> | MainMessage<Request>) => {
    if (message.kind === 'start') given.resolve(message.start);
    else last = last.then(() => (message.kind === 'call' ? answer(message) : port.close()));
  });

  try {
    await handler;
    send({ kind: 'ready' });
  } catch (error) {
    send({ kind: 'unusable', error: toErrorMessage(explainExhaustion(error)) });
    port.close();
  }
}

/** A call that finds no memory may be sent again: other calls may have held it. */
function explainCall(error: unknown): unknown {
  if (!isExhausted(error)) return error;
  return new ModerationError('worker_failed', 'There was not enough memory to compute the item.', {
    cause: error,
  });
}
