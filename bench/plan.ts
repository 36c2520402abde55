import { SCENARIOS, type Scenario } from './posts/post-stream.js';

/** What the command line says; what is absent is decided by {@link makePlan}. */
export interface BenchOptions {
  readonly scenario?: readonly Scenario[] | undefined;
  readonly concurrency?: readonly number[] | undefined;
  readonly precision: readonly ('fp32' | 'int8')[];
  readonly rounds?: number | undefined;
  readonly seconds?: number | undefined;
  readonly peer: boolean;
  readonly growth: boolean;
  readonly quick: boolean;
  readonly checkpoint?: string | undefined;
  readonly cache: string;
  readonly fresh: boolean;
  readonly out: string;
}

/** What is measured, all told. */
export interface Plan {
  readonly scenarios: readonly Scenario[];
  readonly concurrencies: readonly number[];
  readonly precisions: readonly ('fp32' | 'int8')[];
  readonly rounds: number;
  /** Of one window, after its warm-up. */
  readonly windowSeconds: number;
  /** Memory is read when so many posts have been answered. In the first round they are completed to that. */
  readonly memoryAfterItems: number;
  readonly peer: boolean;
  readonly growth: boolean;
  /** Posts whose answers are compared. */
  readonly comparedPosts: number;
  /** Pictures that are made; each is sent many times, with another comment in the file. */
  readonly photographs: number;
}

const FULL = { rounds: 3, windowSeconds: 6, memoryAfterItems: 1000, comparedPosts: 24, photographs: 48 };
const QUICK = { rounds: 1, windowSeconds: 3, memoryAfterItems: 200, comparedPosts: 12, photographs: 16 };

export function makePlan(options: BenchOptions): Plan {
  const defaults = options.quick ? QUICK : FULL;
  return {
    ...defaults,
    scenarios: options.scenario ?? SCENARIOS,
    concurrencies: [...(options.concurrency ?? [1, 8, 32])].sort((a, b) => a - b),
    precisions: options.precision,
    rounds: options.rounds ?? defaults.rounds,
    windowSeconds: options.seconds ?? defaults.windowSeconds,
    peer: options.peer,
    growth: options.growth,
  };
}

/** The systems of a round in the order in which they run: every other round the other way round. */
export function orderOf<T>(systems: readonly T[], round: number): T[] {
  return round % 2 === 0 ? [...systems] : systems.toReversed();
}
