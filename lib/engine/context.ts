import type { Limits } from '../contract/limits.js';
import type { EngineLogger, EngineObserver } from './observer.js';
import type { Clock } from './scheduling/clock.js';
import type { Spawn } from './supervision/spawn.js';
import type { WorkerTimeouts } from './supervision/worker-handle.js';

/** What the parts of one engine share. */
export interface EngineContext {
  readonly clock: Clock;
  readonly spawn: Spawn;
  readonly limits: Limits;
  readonly timeouts: WorkerTimeouts;
  readonly observer: EngineObserver;
  readonly logger: EngineLogger;
  /** A worker's state changed, so the engine's status may have. */
  readonly onWorkerChange: () => void;
}
