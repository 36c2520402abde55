import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { BenchPost } from '../posts/body.js';
import { type OpenLoopResult, openLoop } from './open-loop.js';

export interface PingUnderLoad {
  /** Posts a second that were sent. */
  readonly rate: number;
  readonly pingsMs: readonly number[];
  /** Pings without a 200. */
  readonly failures: number;
  readonly load: OpenLoopResult;
}

const EVERY_MS = 10;

/** Times /ping on a connection and a thread of its own while posts come at a rate. */
export async function pingUnderLoad(options: {
  readonly port: number;
  readonly rate: number;
  readonly posts: Iterator<BenchPost, unknown>;
  readonly seconds: number;
  readonly signal: AbortSignal;
}): Promise<PingUnderLoad> {
  const { port, rate } = options;
  const worker = new Worker(new URL('./ping-worker.js', import.meta.url), {
    workerData: { port, everyMs: EVERY_MS },
  });
  try {
    const load = await openLoop(options);
    const told = once(worker, 'message');
    worker.postMessage('stop');
    const [{ times, failures }] = (await told) as [{ times: number[]; failures: number }];
    return { rate, pingsMs: times, failures, load };
  } finally {
    await worker.terminate();
  }
}
