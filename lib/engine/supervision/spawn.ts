import { fileURLToPath } from 'node:url';
import { type Transferable, Worker } from 'node:worker_threads';
import type { MainMessage, StartMessage } from '../workers/messages.js';

// ONNX Runtime would write usage records to the home and temporary folders. It reads the process's environment, which
// a worker's process.env is only a copy of; so this must be set here, before the first thread starts.
process.env['ORT_DISABLE_TELEMETRY'] ??= '1';

/** What the engine needs of a worker thread: injected, so that tests script or break it. */
export interface WorkerThread {
  postMessage(message: MainMessage<unknown>, transfer: readonly Transferable[]): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'error' | 'messageerror', listener: (error: unknown) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  /** Makes it end as soon as that is safe. Its exit tells when it has. */
  stop(): void;
}

/** The worker entries, by the file that holds them. */
export type WorkerEntry = 'session-worker' | 'tokenizer-worker' | 'image-worker' | 'verify-worker';

/** Starts a thread. `name` tells it from others of the same entry. */
export type Spawn = (entry: WorkerEntry, start: unknown, name: string) => WorkerThread;

/** Threads that nobody has taken yet. */
const bornAhead = new Map<Worker, WorkerEntry>();

export const spawnThread: Spawn = (entry, start, name) => {
  const [ahead] = [...bornAhead].find(([, waiting]) => waiting === entry) ?? [];
  if (ahead === undefined) {
    return asWorkerThread(new Worker(entryFile(entry), { workerData: start, name }), entry);
  }
  bornAhead.delete(ahead);
  ahead.off('error', ignore);
  ahead.ref();
  ahead.postMessage({ kind: 'start', start } satisfies StartMessage<unknown>);
  return asWorkerThread(ahead, entry);
};

/** What every classifier starts, whatever it loads. One that verifies its pack starts a thread more. */
const ONE_CLASSIFIER: readonly WorkerEntry[] = [
  'session-worker',
  'session-worker',
  'session-worker',
  'image-worker',
];

/**
 * Starts the threads of a classifier before it is known what for, so that they load their libraries while the main
 * thread loads its own. They do not keep the process alive; {@link spawnThread} takes them.
 */
export function spawnAhead(): void {
  for (const entry of ONE_CLASSIFIER) {
    const thread = new Worker(entryFile(entry), { name: entry });
    thread.unref();
    // One that cannot start is told of when another is started in its place.
    thread.on('error', ignore);
    thread.once('exit', () => bornAhead.delete(thread));
    bornAhead.set(thread, entry);
  }
}

function ignore(): void {}

export function entryFile(entry: WorkerEntry): string {
  return fileURLToPath(new URL(`../workers/${entry}.js`, import.meta.url));
}

/**
 * A thread inside ONNX Runtime must not be terminated: when the native call returns into a thread that may run no more
 * JavaScript, the binding's exception is caught by nobody and aborts the whole process. Such a thread is asked to end,
 * and does so when its call returns. The others are JavaScript, which can be stopped anywhere.
 */
export function asWorkerThread(worker: Worker, entry: WorkerEntry): WorkerThread {
  return {
    postMessage: (message, transfer) => worker.postMessage(message, transfer),
    on: worker.on.bind(worker),
    stop() {
      if (entry === 'session-worker') worker.postMessage({ kind: 'end' } satisfies MainMessage<never>);
      else void worker.terminate();
    },
  };
}
