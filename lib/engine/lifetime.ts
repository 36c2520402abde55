import { setMaxListeners } from 'node:events';
import { ModerationError } from '../contract/errors.js';
import type { ClassifyOptions } from './classification.js';
import type { Clock } from './scheduling/clock.js';

/**
 * One signal for all that can end the interest in a post: its caller left, its time is up (`deadline_exceeded`), or a
 * part of it failed and the rest has no use.
 */
export class Lifetime {
  readonly #controller = new AbortController();
  readonly #stop: () => void;

  constructor(clock: Clock, deadline: number, caller: ClassifyOptions['signal']) {
    // Every part of the post listens.
    setMaxListeners(0, this.#controller.signal);
    const leave = () => this.abandon(caller?.reason);
    const cancelTimer = clock.after(Math.max(0, deadline - clock.now()), () =>
      this.abandon(
        new ModerationError('deadline_exceeded', 'The item was not computed before its deadline.'),
      ),
    );
    this.#stop = () => {
      cancelTimer();
      caller?.removeEventListener('abort', leave);
    };
    if (caller?.aborted) leave();
    else caller?.addEventListener('abort', leave);
    if (deadline <= clock.now()) {
      this.abandon(new ModerationError('deadline_exceeded', 'The deadline of the item had passed.'));
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abandon(reason: unknown): void {
    this.#stop();
    this.#controller.abort(reason);
  }

  end(): void {
    this.#stop();
  }
}
