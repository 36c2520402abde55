import type { Backend } from '../../../lib/engine/scheduling/backend.js';

interface Run<Input> {
  readonly items: readonly Input[];
  readonly settle: (how: () => readonly PromiseSettledResult<string>[]) => void;
}

/** A backend whose runs end when the test says so. An item's result is its text. */
export class FakeBackend<Input> implements Backend<Input, string> {
  /** Every batch that was started, in order. */
  readonly batches: (readonly Input[])[] = [];
  /** Set to false to say that the workers are away. */
  up = true;
  readonly #slots: number;
  readonly #running: Run<Input>[] = [];
  #wake: () => void = () => undefined;

  constructor(slots = 1) {
    this.#slots = slots;
  }

  get free(): number {
    return this.up ? this.#slots - this.#running.length : 0;
  }

  get running(): number {
    return this.#running.length;
  }

  onFree(listener: () => void): void {
    this.#wake = listener;
  }

  run(items: readonly Input[]): Promise<readonly PromiseSettledResult<string>[]> {
    if (this.free <= 0) throw new Error('A batch was started while no worker was free.');
    this.batches.push(items);
    return new Promise((resolve, reject) => {
      const run: Run<Input> = {
        items,
        settle: (how) => {
          this.#running.splice(this.#running.indexOf(run), 1);
          try {
            resolve(how());
          } catch (error) {
            reject(error);
          }
        },
      };
      this.#running.push(run);
    });
  }

  /** Ends the oldest run with a result for every item, or with what `outcome` says of an item. */
  finish(outcome: (item: Input) => PromiseSettledResult<string> = fulfilled): void {
    const [run] = this.#running;
    run?.settle(() => run.items.map(outcome));
  }

  /** Fails the oldest run as a whole. */
  fail(error: Error): void {
    this.#running[0]?.settle(() => {
      throw error;
    });
  }

  comeBack(): void {
    this.up = true;
    this.#wake();
  }
}

export function fulfilled(item: unknown): PromiseSettledResult<string> {
  return { status: 'fulfilled', value: String(item) };
}

export function rejected(reason: unknown): PromiseSettledResult<string> {
  return { status: 'rejected', reason };
}
