import type { ErrorCode, ModerationError } from '../contract/errors.js';
import type { Modality } from '../contract/modality.js';
import type { CacheOutcome } from './features/feature-cache.js';
import type { BatchReport } from './scheduling/batcher.js';

/** The stages of the computation, in the order in which a post passes them. */
export const STAGES = ['tokenize', 'encode_text', 'decode_image', 'encode_image', 'classify'] as const;
export type StageName = (typeof STAGES)[number];

/**
 * - `loading`: not ready yet
 * - `ready`: a warm-up was answered and every worker is well
 * - `degraded`: a worker died or hangs and is being replaced; work is accepted and waits
 * - `draining`: no new work; what was accepted is finished
 * - `failed`: a worker could not be replaced, or a file of the pack was altered; the process should end
 * - `closed`: the workers are gone
 */
export type EngineStatus = 'loading' | 'ready' | 'degraded' | 'draining' | 'failed' | 'closed';

export interface BatchEvent extends BatchReport {
  readonly stage: StageName;
}

export interface WorkerEvent {
  readonly worker: string;
  /** `improved`: one that started fast was followed by one that answers fast. */
  readonly change: 'ready' | 'improved' | 'lost' | 'given-up';
  readonly reason?: string;
}

export interface PostEvent {
  /** `aborted`: the caller left. `internal`: a defect. */
  readonly outcome: 'ok' | 'aborted' | ErrorCode;
  /** What the answer rests on; what was there, when there is none. */
  readonly modalities: readonly Modality[];
  readonly totalMs: number;
}

/** What the engine tells while it works. Hooks are called synchronously and must not throw; none sees content or scores. */
export interface EngineObserver {
  /** A batch was computed, or was not. */
  batch?(event: BatchEvent): void;
  /** An item left a queue uncomputed: its caller left, its time was up, or the engine closed. */
  dropped?(event: { readonly stage: StageName }): void;
  cache?(event: { readonly modality: Modality; readonly outcome: CacheOutcome }): void;
  /** A post settled. */
  post?(event: PostEvent): void;
  worker?(event: WorkerEvent): void;
  status?(status: EngineStatus): void;
  /** The engine turned `failed`. */
  failed?(error: ModerationError): void;
}

/** Where the engine logs. A pino logger fits. */
export interface EngineLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export const silentLogger: EngineLogger = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
