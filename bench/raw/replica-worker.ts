/** One session of one graph, which runs batches for as long as it is told to. */
import { parentPort, workerData } from 'node:worker_threads';
import { Tensor } from 'onnxruntime-node';
import type { TensorMessage } from '../../lib/engine/workers/messages.js';
import { openSession, type SessionOptions } from './open-session.js';

export interface RawBatch {
  readonly inputs: Readonly<Record<string, TensorMessage>>;
  readonly items: number;
}

export interface ReplicaCall {
  readonly batches: readonly RawBatch[];
  readonly seconds: number;
}

export interface ReplicaReply {
  readonly itemsPerSecond: number;
}

const WARM_UP_RUNS = 2;

const session = await openSession(workerData as SessionOptions);

/** Over whole rounds of the batches. */
async function run({ batches, seconds }: ReplicaCall): Promise<ReplicaReply> {
  const feeds = batches.map(({ inputs }) =>
    Object.fromEntries(
      Object.entries(inputs).map(([name, { type, data, dims }]) => [name, new Tensor(type, data, dims)]),
    ),
  );
  for (const feed of feeds.slice(0, WARM_UP_RUNS)) await session.run(feed);
  const begun = performance.now();
  let items = 0;
  do {
    for (const [index, feed] of feeds.entries()) {
      await session.run(feed);
      items += batches[index]?.items ?? 0;
    }
  } while (performance.now() - begun < 1000 * seconds);
  return { itemsPerSecond: (1000 * items) / (performance.now() - begun) };
}

parentPort?.on('message', (call: ReplicaCall) => {
  void run(call).then((reply) => parentPort?.postMessage(reply));
});
parentPort?.postMessage('ready');
