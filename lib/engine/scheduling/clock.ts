/** Time as the engine sees it: injected, so that tests decide when it passes. */
export interface Clock {
  /** Monotonic milliseconds, on the scale of `performance.now()`. */
  now(): number;
  /** Calls back once after `ms`; returns what cancels it. Does not keep the process alive. */
  after(ms: number, callback: () => void): () => void;
  /** Calls back once the input and output that are ready now have been handled. */
  defer(callback: () => void): void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
  defer(callback) {
    setImmediate(callback);
  },
};
