import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { SessionOptions } from './open-session.js';
import type { RawBatch, ReplicaCall, ReplicaReply } from './replica-worker.js';

/** Sessions of the same graph, each on a thread of its own, for as long as the process lives. */
export class Replicas {
  readonly #workers: readonly Worker[];

  private constructor(workers: readonly Worker[]) {
    this.#workers = workers;
  }

  static async open(count: number, start: SessionOptions): Promise<Replicas> {
    const entry = fileURLToPath(new URL('./replica-worker.js', import.meta.url));
    const workers = Array.from({ length: count }, () => new Worker(entry, { workerData: start }));
    await Promise.all(workers.map((worker) => once(worker, 'message')));
    return new Replicas(workers);
  }

  /** Milliseconds an item when as many replicas as there is work for run side by side. */
  async msPerItem(inFlight: number, batches: readonly RawBatch[], seconds: number): Promise<number> {
    const active = this.#workers.slice(0, inFlight);
    const rates = await Promise.all(active.map((worker) => this.#run(worker, { batches, seconds })));
    return 1000 / rates.reduce((sum, { itemsPerSecond }) => sum + itemsPerSecond, 0);
  }

  async #run(worker: Worker, call: ReplicaCall): Promise<ReplicaReply> {
    worker.postMessage(call);
    const [reply] = (await once(worker, 'message')) as [ReplicaReply];
    return reply;
  }
}
