import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { asWorkerThread, entryFile, type Spawn } from '../../../lib/engine/supervision/spawn.js';

interface Life {
  readonly name: string;
  readonly worker: Worker;
  deaf: boolean;
}

/** Real worker threads that a test can kill or make deaf, by the name of the worker or of the stage that it belongs to. */
export class BreakableThreads {
  /** In the order of their birth. */
  readonly #alive = new Set<Life>();

  readonly spawn: Spawn = (entry, start, name) => {
    const file = fileURLToPath(new URL('./crashable-worker.js', import.meta.url));
    const worker = new Worker(file, { workerData: start, name, argv: [entryFile(entry)] });
    const life: Life = { name, worker, deaf: false };
    this.#alive.add(life);
    worker.once('exit', () => this.#alive.delete(life));
    const thread = asWorkerThread(worker, entry);
    return {
      ...thread,
      postMessage: (message, transfer) => {
        if (!life.deaf) thread.postMessage(message, transfer);
      },
    };
  };

  /** Makes a worker throw what nobody catches, after the call that it is in. Resolves when it is gone. */
  async kill(name: string): Promise<void> {
    const { worker } = this.#newest(name);
    const gone = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage({ kind: 'crash' });
    await gone;
  }

  /** From now on the worker gets no calls, so it never answers: it hangs. */
  deafen(name: string): void {
    this.#newest(name).deaf = true;
  }

  #newest(name: string): Life {
    const named = (life: Life) => life.name === name || life.name.replace(/_\d+$/, '') === name;
    const newest = [...this.#alive].findLast(named);
    if (newest === undefined) throw new Error(`No thread is named ${name}.`);
    return newest;
  }
}
