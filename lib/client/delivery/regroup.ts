/** How posts whose request failed are sent again, so that one of them cannot take the others down with it. */
import type { Failure } from '../errors/failure.js';
import type { Item } from '../wire/item.js';
import { RETRY_COST } from './token-bucket.js';

/** A whole request fails with these for ever, but perhaps because of one of its posts: it is halved. */
const DIVISIBLE: ReadonlySet<string> = new Set([
  'body_too_large',
  'internal',
  'invalid_json',
  'invalid_request',
  'reply_invalid',
  'request_refused',
  'too_many_items',
]);

/** A post that crashes a worker or takes for ever shows itself by these, and its neighbours with it. */
const SUSPICIOUS: ReadonlySet<string> = new Set([
  'body_timeout',
  'connection_failed',
  'deadline_exceeded',
  'invocation_timeout',
  'service_unavailable',
  'timeout',
  'worker_failed',
]);

/** The service, not a post, is the reason: fewer requests help. */
const OVERLOADED: ReadonlySet<string> = new Set(['overloaded', 'throttled']);

export function isOverload(failure: Failure | undefined): boolean {
  return failure !== undefined && OVERLOADED.has(failure.code);
}

/** Whether smaller requests may fare better than one that failed for good. */
export function isDivisible(failure: Failure | undefined, items: number): failure is Failure {
  return failure !== undefined && !failure.retryable && items > 1 && DIVISIBLE.has(failure.code);
}

/** Retry tokens for each part: a defect strikes every part, a refusal only the part with the culprit. */
export function dividingCost({ code }: Failure): number {
  return code === 'internal' || code === 'reply_invalid' ? RETRY_COST : 1;
}

export function halves(items: readonly Item[]): readonly (readonly Item[])[] {
  return chunks(items, Math.ceil(items.length / 2));
}

/**
 * The requests of the next attempt: one, as long as the service is to blame; quarters, when a post may be; and at the
 * last attempt each post for itself.
 */
export function retryGroups(
  items: readonly Item[],
  failures: readonly Failure[],
  lastAttempt: boolean,
): readonly (readonly Item[])[] {
  if (!failures.some(({ code }) => SUSPICIOUS.has(code))) return [items];
  return chunks(items, lastAttempt ? 1 : Math.ceil(items.length / 4));
}

function chunks(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, part) =>
    items.slice(part * size, (part + 1) * size),
  );
}
