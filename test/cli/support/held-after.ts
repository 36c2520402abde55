import { readFile } from 'node:fs/promises';
import { type Classify, echo } from '../../container/support/fake-engine.js';
import { signalled } from '../../support/signalled.js';

/** A model that answers the first posts and keeps the others waiting, so that no run ends before it is stopped. */
export class HeldAfter {
  readonly #gone = signalled();
  #left: number;

  constructor(answered: number) {
    this.#left = answered;
  }

  readonly classify: Classify = async (post, { signal }) => {
    this.#left -= 1;
    if (this.#left < 0) {
      const left = new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
      await Promise.race([this.#gone.come, left]);
    }
    return echo(post);
  };

  /** From now on every post is answered. */
  letGo(): void {
    this.#gone.give();
  }
}

/** How many lines a file has, 0 while there is none. */
export async function linesOf(path: string): Promise<number> {
  return (await readFile(path, 'utf8').catch(() => '')).split('\n').length - 1;
}
