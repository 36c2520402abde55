/** Runs one ONNX graph on a thread of its own: for tools such as the converter. Serving goes through the classifier. */
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { availableCores } from './available-cores.js';
import type { SessionRequest, SessionResponse } from './workers/messages.js';

export interface GraphSource {
  /** The bytes of an ONNX file. */
  readonly model: Uint8Array;
  /** Folder of the weights that it references. */
  readonly weightsFolder: string;
}

/** What the worker is started with. */
export interface GraphStart extends GraphSource {
  readonly threads: number;
}

export type GraphReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'result'; readonly outputs: SessionResponse }
  | { readonly kind: 'error'; readonly message: string };

export interface OpenedGraph {
  /** One run at a time. Every output by name, as float32 values. */
  run(feeds: SessionRequest): Promise<ReadonlyMap<string, Float32Array>>;
  close(): Promise<void>;
}

/** Loads a graph on the CPU. Rejects with an Error when it does not load. */
export async function openGraph(source: GraphSource): Promise<OpenedGraph> {
  const entry = fileURLToPath(new URL('./workers/graph-worker.js', import.meta.url));
  const start: GraphStart = { ...source, threads: availableCores() };
  const worker = new Worker(entry, { workerData: start, name: 'graph' });
  await reply(worker);
  return {
    async run(feeds) {
      worker.postMessage(feeds);
      const { outputs } = await reply(worker, 'result');
      return new Map(Object.entries(outputs).map(([name, { data }]) => [name, data]));
    },
    async close() {
      worker.postMessage(null);
      await once(worker, 'exit');
    },
  };
}

async function reply(worker: Worker): Promise<GraphReply>;
async function reply(worker: Worker, kind: 'result'): Promise<GraphReply & { kind: 'result' }>;
async function reply(worker: Worker): Promise<GraphReply> {
  const [message] = (await once(worker, 'message')) as [GraphReply];
  if (message.kind === 'error') throw new Error(message.message);
  return message;
}
