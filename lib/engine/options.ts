import type { Device } from '../contract/environment.js';
import { defaultLimits, type Limits } from '../contract/limits.js';
import { availableCores } from './available-cores.js';
import { type EngineLogger, type EngineObserver, silentLogger } from './observer.js';
import { type Clock, systemClock } from './scheduling/clock.js';
import { type Spawn, spawnThread } from './supervision/spawn.js';

export interface ClassifierOptions {
  /**
   * Where the encoders run.
   * @default 'auto' - CUDA when it works, else the CPU
   */
  readonly device?: Device | undefined;
  /**
   * Cores that each encoder may use; half as many workers decode images.
   * @default as many as there are cores, or as the container's CPU quota allows
   */
  readonly threads?: number | undefined;
  /**
   * Copies of each encoder on the CPU, which share the threads. Several answer more posts a second, one answers a lone
   * post sooner. At most `threads`, and at most 8.
   * @default as many as threads; one for texts in fp32, whose weights are large
   */
  readonly replicas?: number | undefined;
  /**
   * Whether every file is compared with the manifest: its GMAC before the classifier is ready, its SHA-256 behind that,
   * see {@link Classifier.settled}. False is for a pack that this process has just written.
   * @default true
   */
  readonly verify?: boolean | undefined;
  /**
   * Whether loading waits for {@link Classifier.settled}: the first answers then equal later ones to the last bit, and
   * come as fast.
   * @default false
   */
  readonly settle?: boolean | undefined;
  /** @default every limit at its default */
  readonly limits?: Limits | undefined;
  /** @default nothing is logged */
  readonly logger?: EngineLogger | undefined;
  /** @default nobody is told */
  readonly observer?: EngineObserver | undefined;
  /** Aborts loading. Without effect once the classifier is there. */
  readonly signal?: AbortSignal | undefined;
  /** The world around the engine, for tests: they stop the clock and break the workers. */
  readonly internals?: EngineInternals | undefined;
}

export interface EngineInternals {
  readonly clock?: Clock | undefined;
  readonly spawn?: Spawn | undefined;
}

/** The options with every default filled in. */
export interface EngineSettings {
  readonly device: Device;
  readonly threads: number;
  readonly replicas: number | undefined;
  readonly verify: boolean;
  readonly settle: boolean;
  readonly limits: Limits;
  readonly logger: EngineLogger;
  readonly observer: EngineObserver;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly spawn: Spawn;
}

export function resolveOptions(options: ClassifierOptions): EngineSettings {
  return {
    device: options.device ?? 'auto',
    threads: options.threads ?? availableCores(),
    replicas: options.replicas,
    verify: options.verify ?? true,
    settle: options.settle ?? false,
    limits: options.limits ?? defaultLimits(),
    logger: options.logger ?? silentLogger,
    observer: options.observer ?? {},
    signal: options.signal ?? new AbortController().signal,
    clock: options.internals?.clock ?? systemClock,
    spawn: options.internals?.spawn ?? spawnThread,
  };
}
