import type { Transferable } from 'node:worker_threads';
import type { Backend } from '../scheduling/backend.js';
import type { SupervisedWorker } from './supervised-worker.js';

/** How a batch travels to a worker and back. */
export interface Adapter<Input, Output, Request, Response> {
  /** Must leave the items of a batch usable: one that fails is sent again, item by item. A single item is not. */
  toCall(items: readonly Input[]): { readonly request: Request; readonly transfer: readonly Transferable[] };
  toOutcomes(response: Response, items: readonly Input[]): readonly PromiseSettledResult<Output>[];
}

/** Supervised workers of one kind, each computing one batch at a time. */
export class WorkerBackend<Input, Output, Request, Response> implements Backend<Input, Output> {
  readonly #workers: readonly SupervisedWorker<Request, Response>[];
  readonly #adapter: Adapter<Input, Output, Request, Response>;
  readonly #listeners: (() => void)[] = [];

  constructor(
    workers: readonly SupervisedWorker<Request, Response>[],
    adapter: Adapter<Input, Output, Request, Response>,
  ) {
    this.#workers = workers;
    this.#adapter = adapter;
  }

  get free(): number {
    return this.#workers.filter(({ idle }) => idle).length;
  }

  async run(items: readonly Input[]): Promise<readonly PromiseSettledResult<Output>[]> {
    const worker = this.#workers.find(({ idle }) => idle);
    if (worker === undefined) throw new Error('A batch was started while no worker was idle.');
    const { request, transfer } = this.#adapter.toCall(items);
    return this.#adapter.toOutcomes(await worker.call(request, transfer), items);
  }

  onFree(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** To be called when a worker became ready. */
  wake(): void {
    for (const listener of this.#listeners) listener();
  }
}
