import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** Tensors by name, in a form that passes between threads. */
export type Arrays = Record<string, TestTensor>;

export interface TestTensor {
  readonly type: 'float32' | 'int32' | 'uint8';
  readonly data: Float32Array | Int32Array | Uint8Array;
  readonly shape: readonly number[];
}

export interface GraphSource {
  /** The bytes of an ONNX file. */
  readonly model: Uint8Array;
  /** Where its external data lie. */
  readonly weightsFolder: string;
}

/**
 * Runs a graph in ONNX Runtime on a thread of its own: in Jest's sandbox its typed arrays would be of another realm than
 * those of the native module.
 */
export class GraphRunner {
  readonly #worker: Worker;

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  /** Rejects when the graph does not load. */
  static async load(source: GraphSource): Promise<GraphRunner> {
    const worker = new Worker(new URL('./graph-worker.js', import.meta.url), { workerData: source });
    await once(worker, 'message');
    return new GraphRunner(worker);
  }

  /** One run at a time. The first output's values, as float32. */
  async run(inputs: Arrays): Promise<Float32Array> {
    this.#worker.postMessage(inputs);
    const [reply] = (await once(this.#worker, 'message')) as [{ outputs?: Arrays; error?: string }];
    if (reply.outputs === undefined) throw new Error(reply.error);
    const [output] = Object.values(reply.outputs);
    return Float32Array.from(output?.data ?? []);
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
