/**
 * What a start cannot be faster than: a process that loads both encoders with onnxruntime, side by side, and runs each on
 * one item. No HTTP, no decoding, no tokenizer, no checks. It is told what to load by its argument, a JSON of
 * {@link AloneStart}s, one for each worker, and imports nothing that the work does not need.
 */
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { SessionOptions } from './open-session.js';

export interface AloneStart extends SessionOptions {
  /** Inputs of one item by name: their type, and their shape. Float32 ones are filled with 0.1, others with 1. */
  readonly inputs: Readonly<
    Record<string, { readonly type: 'float32' | 'int32' | 'uint8'; readonly dims: readonly number[] }>
  >;
}

const ARRAYS = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array } as const;

if (isMainThread) {
  const [, , starts = '[]'] = process.argv;
  const workers = (JSON.parse(starts) as AloneStart[]).map(
    (start) => new Worker(fileURLToPath(import.meta.url), { workerData: start }),
  );
  await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))));
  process.send?.('answered');
} else {
  await answerOne(workerData as AloneStart);
  parentPort?.postMessage('answered');
}

async function answerOne({ inputs, ...options }: AloneStart): Promise<void> {
  const { Tensor } = await import('onnxruntime-node');
  const { openSession } = await import('./open-session.js');
  const session = await openSession(options);
  const feeds = Object.entries(inputs).map(([name, { type, dims }]) => {
    const data = new ARRAYS[type](dims.reduce((product, edge) => product * edge, 1));
    return [name, new Tensor(type, data.fill(type === 'float32' ? 0.1 : 1), dims)] as const;
  });
  await session.run(Object.fromEntries(feeds));
}
