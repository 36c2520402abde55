import { randomUUID } from 'node:crypto';
import type { Prediction } from '../../contract/reply.js';
import type { Parameters } from '../../contract/request.js';
import type { Clock } from '../../time/clock.js';
import { type Failure, failure } from '../errors/failure.js';
import type { ClientEvent } from '../events.js';
import { limitedSignal } from '../signals.js';
import type { Transport } from '../transport/transport.js';
import { requestBody } from '../wire/body.js';
import type { Item } from '../wire/item.js';
import { type Reply, type ReplyFrame, readReply } from '../wire/read-reply.js';

export interface Answer {
  readonly ok: true;
  readonly prediction: Prediction;
  readonly frame: ReplyFrame;
}

/** What one request brought for one post. */
export interface Verdict {
  readonly item: Item;
  readonly result: Answer | Failure;
}

export interface Exchanged {
  /** One for each item. */
  readonly verdicts: readonly Verdict[];
  /** Why the request failed as a whole; then every verdict is this. */
  readonly whole: Failure | undefined;
}

export interface ExchangeOptions {
  readonly transport: Transport;
  readonly parameters: Parameters;
  readonly attemptTimeoutMs: number;
  readonly clock: Clock;
  readonly emit: (event: ClientEvent) => void;
}

/** Sends the posts once. Rejects only with the reason of `signal`, and with a defect of the client. */
export async function exchange(
  items: readonly Item[],
  deadline: number,
  options: ExchangeOptions,
  signal: AbortSignal,
): Promise<Exchanged> {
  const { emit, parameters, clock } = options;
  if (clock.now() >= deadline) return unsent(items);
  const requestId = randomUUID();
  const body = requestBody(items, parameters);
  for (const item of items) item.attempts += 1;
  const attempt = Math.max(...items.map(({ attempts }) => attempts));
  emit({ type: 'request', requestId, items: items.length, bytes: body.byteLength, attempt });
  const start = clock.now();
  const reply = await send({ items, parameters, requestId, body }, deadline, options, signal);
  const verdicts = items.map((item, slot) => ({ item, result: resultOf(reply, slot) }));
  const answered = verdicts.filter(({ result }) => result.ok).length;
  const whole = reply.ok ? undefined : reply;
  emit({
    type: 'response',
    requestId,
    items: items.length,
    answered,
    ms: clock.now() - start,
    code: whole?.code,
    status: whole?.status,
  });
  return { verdicts, whole };
}

/** The deadline passed before a request could go out. */
function unsent(items: readonly Item[]): Exchanged {
  const whole = failure('timeout', OUT_OF_TIME);
  return { verdicts: items.map((item) => ({ item, result: whole })), whole };
}

const OUT_OF_TIME = 'No answer came before the time for all attempts was up (timeoutMs).';

interface Letter {
  readonly items: readonly Item[];
  readonly parameters: Parameters;
  readonly requestId: string;
  readonly body: Uint8Array;
}

async function send(
  letter: Letter,
  deadline: number,
  { transport, attemptTimeoutMs, clock }: ExchangeOptions,
  signal: AbortSignal,
): Promise<Reply | Failure> {
  const { body, requestId } = letter;
  const remainingMs = Math.max(0, deadline - clock.now());
  const time = limitedSignal(signal, Math.min(attemptTimeoutMs, remainingMs), clock);
  try {
    const reply = await transport.send({ body, requestId, signal: time.signal });
    return reply.ok ? readReply(reply.body, letter) : reply;
  } catch (error) {
    if (!time.expired) throw error;
    const message =
      remainingMs <= attemptTimeoutMs
        ? OUT_OF_TIME
        : `No answer came within ${attemptTimeoutMs} ms (attemptTimeoutMs).`;
    return failure('timeout', message, { requestId, cause: error });
  } finally {
    time.dispose();
  }
}

function resultOf(reply: Reply | Failure, slot: number): Answer | Failure {
  if (!reply.ok) return reply;
  const answer = reply.slots[slot];
  // readReply gives a slot for each item.
  if (answer === undefined) throw new RangeError(`no slot ${slot}`);
  return answer.ok ? { ok: true, prediction: answer.prediction, frame: reply.frame } : answer;
}
