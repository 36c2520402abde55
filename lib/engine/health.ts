import { ModerationError } from '../contract/errors.js';
import type { EngineObserver, EngineStatus } from './observer.js';
import type { Pipeline } from './pipeline.js';

/** What the engine is told to be; how well it is shows in its workers. */
type Phase = 'loading' | 'serving' | 'draining' | 'closed';

/** Tells the engine's status, from its phase and its workers, and who asked to know when it changes. */
export class Health {
  readonly #observer: EngineObserver;
  #phase: Phase = 'loading';
  #pipeline: Pipeline | undefined;
  #told: EngineStatus = 'loading';
  #failed: ModerationError | undefined;

  constructor(observer: EngineObserver) {
    this.#observer = observer;
  }

  get status(): EngineStatus {
    if (this.#phase === 'closed' || this.#phase === 'loading') return this.#phase;
    if (this.#failed !== undefined || this.#pipeline?.failedStage !== undefined) return 'failed';
    if (this.#phase === 'draining') return 'draining';
    return this.#pipeline?.well ? 'ready' : 'degraded';
  }

  serve(pipeline: Pipeline): void {
    this.#pipeline = pipeline;
    this.enter('serving');
  }

  /** For good. */
  fail(error: ModerationError): void {
    this.#failed ??= error;
    this.update();
  }

  enter(phase: Phase): void {
    this.#phase = phase;
    this.update();
  }

  /** Looks again and tells the observer what changed. */
  update(): void {
    const { status } = this;
    if (status === this.#told) return;
    this.#told = status;
    this.#observer.status?.(status);
    if (status === 'failed') this.#observer.failed?.(this.#failure());
  }

  /** Throws unless new work is taken. */
  assertOpen(): void {
    switch (this.status) {
      case 'ready':
      case 'degraded':
        return;
      case 'draining':
      case 'closed':
        throw new ModerationError('shutting_down', 'The engine takes no new work: it is shutting down.');
      case 'failed':
        throw this.#failure();
      case 'loading':
        throw new ModerationError('not_ready', 'The model is still loading.');
    }
  }

  #failure(): ModerationError {
    if (this.#failed !== undefined) return this.#failed;
    return new ModerationError(
      'not_ready',
      `A worker of the stage ${this.#pipeline?.failedStage} was lost again and again and cannot be replaced.`,
    );
  }
}
