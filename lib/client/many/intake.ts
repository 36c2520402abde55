import type { Clock } from '../../time/clock.js';
import { untilAborted } from '../signals.js';
import type { Item } from '../wire/item.js';
import type { Packer } from './packer.js';
import type { Window } from './window.js';

export type Input<T> = Iterable<T> | AsyncIterable<T>;

export interface IntakeOptions<T> {
  readonly input: Input<T>;
  readonly window: Window;
  readonly packer: Packer;
  /** Milliseconds that a post waits for company. */
  readonly lingerMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** A post was read. Gives the item to send, or undefined when it cannot be sent. */
  readonly prepare: (post: T, index: number) => Promise<Item | undefined>;
  readonly deliver: (pack: readonly Item[]) => void;
}

/** Posts that are prepared at a time: images are read, and perhaps downscaled, while others are. */
const PREPARED_AT_ONCE = 4;

/** Reads the input as the window allows, prepares posts and hands them on in packs. */
export class Intake<T> {
  readonly #options: IntakeOptions<T>;
  readonly #preparing = new Set<Promise<void>>();
  #endLinger: () => void = () => undefined;

  constructor(options: IntakeOptions<T>) {
    this.#options = options;
  }

  /** Resolves when all of the input is handed on. Rejects with what the input threw, after the posts before it. */
  async run(): Promise<void> {
    try {
      await this.#read();
    } finally {
      await Promise.all(this.#preparing);
      this.#flush();
    }
  }

  async #read(): Promise<void> {
    const { input, window, signal } = this.#options;
    const iterator = iteratorOf(input);
    let state: 'open' | 'reading' | 'closed' = 'open';
    try {
      for (let index = 0; ; index += 1) {
        await untilAborted(window.room(), signal);
        state = 'reading';
        const step = await untilAborted(Promise.resolve(iterator.next()), signal);
        state = step.done ? 'closed' : 'open';
        if (step.done) return;
        window.addItem();
        await this.#take(step.value, index);
      }
    } catch (error) {
      if (state === 'reading' && !signal.aborted) state = 'closed';
      throw error;
    } finally {
      // An iterator that is stuck in next() would answer return() only after that.
      if (state === 'open') await iterator.return?.();
      else if (state === 'reading') Promise.resolve(iterator.return?.()).catch(() => undefined);
    }
  }

  async #take(post: T, index: number): Promise<void> {
    const preparing = this.#prepare(post, index).finally(() => this.#preparing.delete(preparing));
    // Awaited later; until then a defect must not count as unhandled.
    preparing.catch(() => undefined);
    this.#preparing.add(preparing);
    if (this.#preparing.size >= PREPARED_AT_ONCE) await Promise.race(this.#preparing);
  }

  async #prepare(post: T, index: number): Promise<void> {
    const { prepare, packer, window, deliver, lingerMs, clock } = this.#options;
    const item = await prepare(post, index);
    if (item === undefined) return;
    window.addBytes(item.bytes.byteLength);
    for (const pack of packer.add(item)) deliver(pack);
    this.#endLinger();
    if (!packer.isEmpty) this.#endLinger = clock.after(lingerMs, () => this.#flush());
  }

  #flush(): void {
    this.#endLinger();
    const { packer, deliver, signal } = this.#options;
    if (!packer.isEmpty && !signal.aborted) deliver(packer.flush());
  }
}

function iteratorOf<T>(input: Input<T>): Iterator<T> | AsyncIterator<T> {
  if (Symbol.asyncIterator in input) return input[Symbol.asyncIterator]();
  return input[Symbol.iterator]();
}
