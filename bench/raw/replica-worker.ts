/** One session of one graph, which runs batches for as long as it is told to. */
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { TensorMessage } from '../../lib/engine/workers/messages.js';

export interface ReplicaStart {
  /** Path of the ONNX file, in the pack. */
  readonly graph: string;
  /** Threads of one operator. */
  readonly threads: number;
  readonly prepack: boolean;
}

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

const { graph, threads, prepack } = workerData as ReplicaStart;
const session = await InferenceSession.create(await readFile(graph), {
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  logSeverityLevel: 3,
  extra: {
    session: {
      model_external_initializers_file_folder_path: dirname(graph),
      disable_prepacking: prepack ? '0' : '1',
    },
  },
});

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

parentPort?.on('message', (call: ReplicaCall | null) => {
  if (call === null) parentPort?.close();
  else void run(call).then((reply) => parentPort?.postMessage(reply));
});
parentPort?.postMessage('ready');
