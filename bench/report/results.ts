import type { Scenario } from '../posts/post-stream.js';
import type { BatchSizes } from '../raw/raw-limit.js';
import type { SystemName } from '../systems/system.js';
import type { Machine } from './machine.js';

/** What bench/results/latest.json holds. */
export interface Results {
  readonly format: 2;
  readonly date: string;
  /** Of the whole run. */
  readonly seconds: number;
  readonly plan: {
    readonly rounds: number;
    readonly windowSeconds: number;
    readonly concurrencies: readonly number[];
    readonly scenarios: readonly Scenario[];
    readonly memoryAfterItems: number;
    readonly model: string;
  };
  readonly machine: Machine;
  readonly packs: readonly {
    readonly name: SystemName;
    readonly hash: string;
    readonly weightBytes: number;
  }[];
  readonly runs: readonly SystemRun[];
  /** Largest difference of any probability from the peer's, over the same posts. */
  readonly differences: readonly {
    readonly name: SystemName;
    readonly posts: number;
    readonly max: number;
  }[];
  readonly growth: readonly GrowthPoint[];
  /** What was left out or went wrong, in sentences. */
  readonly problems: readonly string[];
}

/** One life of a server: a system in a round. */
export interface SystemRun {
  readonly name: SystemName;
  readonly round: number;
  readonly startMs: number;
  /** Until onnxruntime alone, in a process of its own, had answered a text and an image. Null for the peer. */
  readonly startAloneMs: number | null;
  readonly windows: readonly Window[];
  /** Resident bytes when so many posts had been answered; null where they were not or it cannot be read. */
  readonly residentBytes: number | null;
  readonly peakBytes: number | null;
  readonly ping: PingResult | null;
}

export interface Window {
  readonly scenario: Scenario;
  readonly concurrency: number;
  readonly itemsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Posts that the percentiles are of. */
  readonly items: number;
  readonly errors: number;
  /** Cores that were busy: CPU seconds a second. Null where it cannot be read. */
  readonly serverCores: number | null;
  readonly clientCores: number;
  /** Kept busy by other processes, which should be next to none. */
  readonly otherCores: number | null;
  /** What onnxruntime alone did right after the window. Null for the peer, and for repeats, which it does not see. */
  readonly alone: Alone | null;
}

/** onnxruntime alone, one graph after the other, on batches as large as the server's were. */
export interface Alone {
  readonly itemsPerSecond: number;
  readonly batchSizes: BatchSizes;
}

/** /ping while twice as many posts came as the server answers. */
export interface PingResult {
  readonly postsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly pings: number;
  readonly failures: number;
  readonly refused: number;
}

export interface GrowthPoint {
  readonly name: SystemName;
  readonly series: 'batch size' | 'text length' | 'image size' | 'load';
  readonly value: number;
  readonly itemsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly peakBytes: number | null;
}
