/**
 * What a start cannot be faster than: a process that loads both encoders with onnxruntime, side by side, and runs each on
 * one item. No HTTP, no decoding, no tokenizer, no checks. It is told what to load by its argument, a JSON of
 * {@link AloneStart}s, one for each worker, and imports nothing that the work does not need.
 */
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

export interface AloneStart {
  /** Path of the ONNX file, in the pack. */
  readonly graph: string;
  /** Threads of one operator. */
  readonly threads: number;
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

async function answerOne({ graph, threads, inputs }: AloneStart): Promise<void> {
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  const session = await InferenceSession.create(await readFile(graph), {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    enableMemPattern: false,
    logSeverityLevel: 3,
    extra: {
      // As the server's first sessions are: weights laid out anew would take several times as long.
      session: { model_external_initializers_file_folder_path: dirname(graph), disable_prepacking: '1' },
    },
  });
  const feeds = Object.entries(inputs).map(([name, { type, dims }]) => {
    const data = new ARRAYS[type](dims.reduce((product, edge) => product * edge, 1));
    return [name, new Tensor(type, data.fill(type === 'float32' ? 0.1 : 1), dims)] as const;
  });
  await session.run(Object.fromEntries(feeds));
}
