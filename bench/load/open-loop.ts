import { setTimeout as delay } from 'node:timers/promises';
import { type BenchPost, bodyOf } from '../posts/body.js';
import { readAnswer } from './answer.js';
import { Connections } from './connection.js';

export interface OpenLoopOptions {
  readonly port: number;
  /** Posts sent in a second, whether or not answers come. */
  readonly rate: number;
  readonly posts: Iterator<BenchPost, unknown>;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

export interface OpenLoopResult {
  readonly sent: number;
  readonly answered: number;
  /** Answers that say "too many, come back later". */
  readonly refused: number;
  readonly errors: readonly string[];
}

const TOO_MANY = 429;

/** Sends posts at a fixed rate. What is not answered at the end is given up: the server must have been overloaded. */
export async function openLoop({
  port,
  rate,
  posts,
  seconds,
  signal,
}: OpenLoopOptions): Promise<OpenLoopResult> {
  const connections = new Connections(port, Number.POSITIVE_INFINITY);
  const errors: string[] = [];
  let [sent, answered, refused, over] = [0, 0, 0, false];
  const send = async (post: BenchPost): Promise<void> => {
    try {
      const reply = await connections.post(bodyOf(post));
      if (over) return;
      if (reply.status === TOO_MANY) refused += 1;
      else {
        readAnswer(reply);
        answered += 1;
      }
    } catch (error) {
      if (!over) errors.push((error as Error).message);
    }
  };
  const begun = performance.now();
  for (;;) {
    const elapsed = (performance.now() - begun) / 1000;
    if (elapsed >= seconds || signal.aborted) break;
    for (const due = Math.floor(elapsed * rate); sent < due; sent++) {
      const next = posts.next();
      if (!next.done) void send(next.value);
    }
    await delay(Math.max(1, Math.min(20, 500 / rate)));
  }
  over = true;
  connections.close();
  signal.throwIfAborted();
  return { sent, answered, refused, errors };
}
