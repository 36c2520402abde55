/** Time as the code sees it: injected, so that tests decide when it passes. */
export interface Clock {
  /** Monotonic milliseconds, on the scale of `performance.now()`. */
  now(): number;
  /** Calls back once `now()` has advanced by `ms`, never before; returns what cancels it. */
  after(ms: number, callback: () => void): () => void;
}

/** Its timers keep the process alive. */
export const systemClock: Clock = { now, after: (ms, callback) => startTimer(ms, callback, true) };

/** Its timers do not keep the process alive. */
export const backgroundClock: Clock = { now, after: (ms, callback) => startTimer(ms, callback, false) };

function now(): number {
  return performance.now();
}

/**
 * A timer of Node.js drops the fraction of its milliseconds and may fire before `performance.now()` says that it is time.
 * What fired a moment before a deadline would find time left, and use it for one more attempt.
 */
function startTimer(ms: number, callback: () => void, keepsAlive: boolean): () => void {
  const due = now() + ms;
  let timer: NodeJS.Timeout;
  const wait = (leftMs: number): void => {
    timer = setTimeout(look, Math.ceil(leftMs));
    if (!keepsAlive) timer.unref();
  };
  const look = (): void => {
    const leftMs = due - now();
    if (leftMs > 0) wait(leftMs);
    else callback();
  };
  wait(ms);
  return () => clearTimeout(timer);
}
