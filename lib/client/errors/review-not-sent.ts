import type { ReviewEvent } from '../review/event.js';
import { type ErrorFields, ModerationClientError } from './client-error.js';

/** Review events that EventBridge did not take: nobody will look at these posts unless they are sent again. */
export class ReviewNotSentError extends ModerationClientError {
  static override readonly kind = 'ReviewNotSentError';

  /** The events that were not taken, to be sent again or kept. They hold content where it was asked for. */
  readonly unsent: readonly ReviewEvent[];

  constructor(fields: ErrorFields & { readonly unsent?: readonly ReviewEvent[] }) {
    super(fields);
    this.unsent = fields.unsent ?? [];
  }
}
