import { setTimeout as delay } from 'node:timers/promises';
import { type BenchPost, bodyOf } from '../posts/body.js';
import { type Completion, rateOf } from '../report/statistics.js';
import { readAnswer } from './answer.js';
import { Connections } from './connection.js';

export interface ClosedLoopOptions {
  readonly port: number;
  /** Connections that each send a post as soon as they have the answer to the last. */
  readonly concurrency: number;
  readonly posts: Iterator<BenchPost, unknown>;
  readonly seconds: number;
  /** Called at the beginning and the end of the measured window. */
  readonly onEdge?: () => Promise<void>;
  readonly signal: AbortSignal;
}

export interface ClosedLoopResult {
  readonly itemsPerSecond: number;
  readonly latenciesMs: readonly number[];
  /** Posts answered in all, warm-up and tail included. */
  readonly answered: number;
  readonly errors: readonly string[];
}

const WARM_UP_MS = 800;
const LOOK_EVERY_MS = 20;
/** With so many errors the window tells nothing any more. */
const MAX_ERRORS = 20;

/**
 * Loads a server with a constant number of posts in flight. The warm-up ends when as many answers have come as there
 * are connections; the window, not before twice as many have come in it, so that at least one post a connection lies in it
 * whole. What is in flight at the end is awaited, so that it does not run into the next window.
 */
export async function closedLoop(options: ClosedLoopOptions): Promise<ClosedLoopResult> {
  const { port, concurrency, posts, seconds, onEdge, signal } = options;
  const connections = new Connections(port, concurrency);
  const completions: Completion[] = [];
  const errors: string[] = [];
  let stopped = false;
  const over = (): boolean => stopped || signal.aborted || errors.length >= MAX_ERRORS;
  const send = async (): Promise<void> => {
    while (!over()) {
      const next = posts.next();
      if (next.done) return;
      const start = performance.now();
      try {
        readAnswer(await connections.post(bodyOf(next.value)));
        const end = performance.now();
        completions.push({ endMs: end, latencyMs: end - start });
      } catch (error) {
        errors.push((error as Error).message);
      }
    }
  };
  const begun = performance.now();
  const senders = Promise.all(Array.from({ length: concurrency }, send)).then(() => {
    stopped = true; // also when the posts came to an end
  });
  const warm = (): boolean => completions.length >= concurrency && performance.now() - begun >= WARM_UP_MS;
  while (!warm() && !over()) await delay(LOOK_EVERY_MS);
  await onEdge?.();
  const from = performance.now();
  const enough = completions.length + 2 * concurrency;
  while ((performance.now() - from < 1000 * seconds || completions.length < enough) && !over())
    await delay(LOOK_EVERY_MS);
  const to = performance.now();
  await onEdge?.();
  stopped = true;
  await senders;
  connections.close();
  signal.throwIfAborted();
  return {
    itemsPerSecond: rateOf(completions, from, to),
    latenciesMs: completions.filter(({ endMs }) => endMs > from && endMs <= to).map((one) => one.latencyMs),
    answered: completions.length,
    errors,
  };
}
