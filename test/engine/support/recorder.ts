import type { BatchEvent, EngineObserver, PostEvent, WorkerEvent } from '../../../lib/engine/observer.js';

/** Writes down what an engine tells. */
export class Recorder implements EngineObserver {
  readonly batches: BatchEvent[] = [];
  readonly cached: string[] = [];
  readonly posts: PostEvent[] = [];
  readonly workers: WorkerEvent[] = [];
  readonly statuses: string[] = [];
  readonly failures: Error[] = [];
  drops = 0;

  batch(event: BatchEvent): void {
    this.batches.push(event);
  }
  dropped(): void {
    this.drops += 1;
  }
  cache({ modality, outcome }: { modality: string; outcome: string }): void {
    this.cached.push(`${modality} ${outcome}`);
  }
  post(event: PostEvent): void {
    this.posts.push(event);
  }
  worker(event: WorkerEvent): void {
    this.workers.push(event);
  }
  status(status: string): void {
    this.statuses.push(status);
  }
  failed(error: Error): void {
    this.failures.push(error);
  }

  /** Items that a stage has computed. */
  computed(stage: BatchEvent['stage']): number {
    return this.batches.filter((batch) => batch.stage === stage).reduce((sum, { items }) => sum + items, 0);
  }

  /** Forgets what was told so far. */
  clear(): void {
    for (const list of [this.batches, this.cached, this.posts, this.workers, this.statuses]) list.length = 0;
    this.drops = 0;
  }
}
