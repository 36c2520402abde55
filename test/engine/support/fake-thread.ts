import type { WorkerThread } from '../../../lib/engine/supervision/spawn.js';
import type { CallMessage, MainMessage, WorkerMessage } from '../../../lib/engine/workers/messages.js';

/** A worker thread that does what the test says. It speaks the messages of a real one. */
export class FakeThread implements WorkerThread {
  readonly calls: CallMessage<unknown>[] = [];
  stopped = false;
  readonly #listeners = new Map<string, ((value: never) => void)[]>();

  on(event: string, listener: (value: never) => void): void {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
  }

  postMessage(message: MainMessage<unknown>): void {
    if (message.kind === 'call') this.calls.push(message);
  }

  stop(): void {
    this.stopped = true;
    setImmediate(() => this.#emit('exit', 0));
  }

  say(message: WorkerMessage<unknown>): void {
    this.#emit('message', message);
  }

  /** Answers the newest call. */
  answer(response: unknown): void {
    this.say({ kind: 'result', id: this.calls.at(-1)?.id ?? -1, response });
  }

  crash(reason: string): void {
    this.#emit('error', new Error(reason));
    this.#emit('exit', 1);
  }

  #emit(event: string, value: unknown): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(value as never);
  }
}
