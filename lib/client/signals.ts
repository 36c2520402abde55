/** Waiting that ends when a signal fires, and that leaves no listener and no timer behind. */
import { setMaxListeners } from 'node:events';
import type { Clock } from '../time/clock.js';

/** What the promise gives, or a rejection with the signal's reason, whichever comes first. */
export async function untilAborted<T>(promise: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    // Nobody will look at the promise: its rejection must not count as unhandled.
    promise.then(undefined, () => undefined);
    throw signal.reason;
  }
  let abort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Sleeps; rejects with the signal's reason when it fires. */
export function sleep(ms: number, signal: AbortSignal, clock: Clock): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const abort = (): void => {
      cancel();
      reject(signal.reason);
    };
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
    signal.addEventListener('abort', abort, { once: true });
  });
}

/** A signal that fires after a time, or with its parent. */
export interface LimitedSignal {
  readonly signal: AbortSignal;
  /** Whether it fired because of the time. */
  readonly expired: boolean;
  /** Takes its listener and its timer away. */
  dispose(): void;
}

/**
 * `AbortSignal.any` and `AbortSignal.timeout` would keep listeners on a long-lived parent until they are collected;
 * this one takes its listener and its timer away when it is disposed.
 */
export function limitedSignal(parent: AbortSignal | undefined, ms: number, clock: Clock): LimitedSignal {
  const controller = new AbortController();
  let expired = false;
  const follow = (): void => controller.abort(parent?.reason);
  allowManyListeners(controller.signal, parent);
  const cancel = clock.after(ms, () => {
    expired = true;
    controller.abort(new DOMException('The time is up.', 'TimeoutError'));
  });
  if (parent?.aborted) follow();
  else parent?.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    get expired() {
      return expired;
    },
    dispose() {
      cancel();
      parent?.removeEventListener('abort', follow);
    },
  };
}

/** Many calls may wait for one signal at a time; Node.js would take their listeners for a leak. */
export function allowManyListeners(...signals: readonly (AbortSignal | undefined)[]): void {
  setMaxListeners(0, ...signals.filter((signal) => signal !== undefined));
}
