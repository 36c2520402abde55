import { setTimeout as sleep } from 'node:timers/promises';

export interface PollOptions {
  /** Between two looks, in milliseconds. */
  readonly intervalMs: number;
  readonly signal: AbortSignal;
}

/** Looks again and again until the work is over. Throws AbortError when the signal fires; nothing is stopped by that. */
export async function poll<T>(
  look: () => Promise<T>,
  isOver: (state: T) => boolean,
  { intervalMs, signal }: PollOptions,
): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    const state = await look();
    if (isOver(state)) return state;
    await sleep(intervalMs, undefined, { signal });
  }
}
