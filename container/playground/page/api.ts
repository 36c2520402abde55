/** The server's HTTP interface. Whatever is no answer of the contract is an error, never a harmless post. */
import {
  type Answer,
  type ErrorBody,
  type InvocationRequest,
  isUnjudged,
  type PlaygroundInfo,
  type Reply,
} from './contract.js';

/** Why a request as a whole has no answer. */
export class NotAnswered extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly retryable: boolean,
    /** In milliseconds, where the server gives a hint. */
    readonly retryAfterMs?: number | undefined,
    readonly requestId?: string | undefined,
  ) {
    super(message);
  }
}

export interface Answered {
  readonly reply: Reply;
  /** From the request to its whole reply, as the browser sees it. */
  readonly roundTripMs: number;
}

export async function fetchInfo(): Promise<PlaygroundInfo> {
  const response = await fetch('playground/info');
  if (!response.ok) throw new Error(`The server answered with status ${response.status}.`);
  return (await response.json()) as PlaygroundInfo;
}

/**
 * One request. Each instance has an id of its own, by which its answer is known.
 * @throws NotAnswered, or what an aborted signal throws
 */
export async function invoke(request: InvocationRequest, signal: AbortSignal): Promise<Answered> {
  const start = performance.now();
  const { status, body } = await exchange(JSON.stringify(request), signal);
  if (status !== 200) throw refusal(status, body);
  return { reply: checked(body, request), roundTripMs: performance.now() - start };
}

async function exchange(body: string, signal: AbortSignal): Promise<{ status: number; body: unknown }> {
  let response: Response;
  let text: string;
  try {
    const headers = { 'content-type': 'application/json' };
    response = await fetch('invocations', { method: 'POST', headers, body, signal });
    text = await response.text();
  } catch (error) {
    if (signal.aborted) throw error;
    throw new NotAnswered(
      'connection_failed',
      'The server cannot be reached, or the connection broke.',
      true,
    );
  }
  try {
    return { status: response.status, body: JSON.parse(text) };
  } catch {
    throw new NotAnswered('reply_invalid', `The answer (status ${response.status}) is no JSON.`, false);
  }
}

function refusal(status: number, body: unknown): NotAnswered {
  const { error, request_id } = body as { error?: Partial<ErrorBody>; request_id?: string };
  if (typeof error?.code !== 'string') {
    return new NotAnswered(
      'reply_invalid',
      `The server answered with status ${status} and no error code.`,
      false,
    );
  }
  const { code, message = '', retryable = false, retry_after_ms } = error;
  return new NotAnswered(code, message, retryable, retry_after_ms, request_id);
}

function checked(body: unknown, { instances }: InvocationRequest): Reply {
  const reply = body as Reply;
  const classes = Object.keys(reply.thresholds ?? {});
  if (
    !Array.isArray(reply.predictions) ||
    reply.predictions.length !== instances.length ||
    classes.length === 0
  ) {
    throw new NotAnswered('reply_invalid', 'The answer does not have one slot for each post.', false);
  }
  const predictions = reply.predictions.map((answer: Answer, index) => {
    const id = instances[index]?.id ?? undefined;
    return isSound(answer, id, classes) ? answer : { id, error: UNSOUND };
  });
  return { ...reply, predictions };
}

const UNSOUND: ErrorBody = {
  code: 'reply_invalid',
  message: 'The slot is no answer to this post.',
  retryable: false,
};

function isSound(answer: Answer, id: string | undefined, classes: readonly string[]): boolean {
  if (answer.id !== id) return false;
  if (isUnjudged(answer)) return typeof answer.error?.code === 'string';
  return classes.every((name) => {
    const value = answer.probabilities?.[name];
    return value !== undefined && value >= 0 && value <= 1;
  });
}
