/** What the client tells of its work. No event holds content of posts: ids of requests, counts, bytes, times, codes. */

/** A request leaves. */
export interface RequestEvent {
  readonly type: 'request';
  readonly requestId: string;
  readonly items: number;
  readonly bytes: number;
  /** 1 for the first. */
  readonly attempt: number;
}

/** A request was answered, or failed. */
export interface ResponseEvent {
  readonly type: 'response';
  readonly requestId: string;
  readonly items: number;
  /** Posts that have their prediction now. */
  readonly answered: number;
  /** From sending to the last byte. */
  readonly ms: number;
  /** Why the whole request failed. Undefined when it did not. */
  readonly code?: string | undefined;
  readonly status?: number | undefined;
}

/** Posts are sent again. */
export interface RetryEvent {
  readonly type: 'retry';
  /** Why: the first error met. */
  readonly code: string;
  readonly items: number;
  /** Requests that they are sent in: more than one when the request may have failed because of one of its posts. */
  readonly requests: number;
  readonly delayMs: number;
}

export type ClientEvent = RequestEvent | ResponseEvent | RetryEvent;

/** Passes events on; a listener's exception must not cost a post. */
export function emitter(listener: ((event: ClientEvent) => void) | undefined): (event: ClientEvent) => void {
  return (event) => {
    try {
      listener?.(event);
    } catch {
      // The listener's own affair.
    }
  };
}
