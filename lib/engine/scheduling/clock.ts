import { backgroundClock, type Clock as Time } from '../../time/clock.js';

/** Time as the engine sees it. Its timers do not keep the process alive. */
export interface Clock extends Time {
  /** Calls back once the input and output that are ready now have been handled. */
  defer(callback: () => void): void;
}

export const systemClock: Clock = {
  ...backgroundClock,
  defer(callback) {
    setImmediate(callback);
  },
};
