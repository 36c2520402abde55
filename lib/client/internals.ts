import type { Clock } from '../time/clock.js';

/** The world around the client, for tests. */
export interface ClientInternals {
  /** @default the system's */
  readonly clock?: Clock | undefined;
}
