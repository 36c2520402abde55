import { ModerationError } from '../lib/contract/errors.js';
import type { Health } from '../lib/contract/reply.js';
import type { Engine } from './engine.js';
import type { ServedPolicy } from './policy.js';

/**
 * The one truth about whether the process answers: nothing yet, an engine, or no longer. It counts the requests that
 * were accepted, so that draining can wait for their replies.
 */
export class Service {
  #engine: Engine | undefined;
  #policy: ServedPolicy | undefined;
  #draining = false;
  #failed = false;
  #accepted = 0;
  #whenIdle: (() => void) | undefined;

  /** The model answers from now on, by this policy. */
  ready(engine: Engine, policy?: ServedPolicy): void {
    this.#policy = policy;
    this.#engine = engine;
  }

  /** The model cannot be loaded, or is lost. */
  fail(): void {
    this.#failed = true;
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** The engine, once loaded, whatever its state. */
  get loaded(): Engine | undefined {
    return this.#engine;
  }

  get accepted(): number {
    return this.#accepted;
  }

  health(): Health {
    if (this.#draining) return 'draining';
    if (this.#failed) return 'failed';
    switch (this.#engine?.status) {
      case 'ready':
      case 'degraded':
      case 'draining':
      case 'failed':
        return this.#engine.status;
      case 'closed':
        return 'draining';
      default:
        return 'loading';
    }
  }

  /** The engine for one request; throws `not_ready` or `shutting_down`. Call {@link Accepted.done} when it is answered. */
  accept(): Accepted {
    if (this.#draining) throw new ModerationError('shutting_down', 'The server is shutting down.');
    if (this.#engine === undefined || this.#failed) {
      throw new ModerationError('not_ready', `The model is not ready: ${this.health()}.`, {
        retryAfterMs: 1000,
      });
    }
    this.#accepted += 1;
    let open = true;
    return {
      engine: this.#engine,
      policy: this.#policy,
      done: () => {
        if (!open) return;
        open = false;
        this.#accepted -= 1;
        if (this.#accepted === 0) this.#whenIdle?.();
      },
    };
  }

  /** Accepts nothing from now on; resolves when every accepted request is answered. */
  drain(): Promise<void> {
    this.#draining = true;
    if (this.#accepted === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenIdle = resolve;
    });
  }
}

export interface Accepted {
  readonly engine: Engine;
  readonly policy: ServedPolicy | undefined;
  /** The reply is out, or its caller gone. Idempotent. */
  done(): void;
}
