import { deliveredReviewSchema, type ReviewDetail } from '../../contract/review-event.js';
import { surface } from '../errors/error-of.js';
import { fail } from '../errors/failure.js';

/** A review event as a reader of the queue gets it. */
export interface DeliveredReview {
  /** EventBridge's own id: another one where the same post was sent twice. */
  readonly eventId: string;
  /** When EventBridge took it, ISO 8601 in UTC. */
  readonly time: string;
  readonly detail: ReviewDetail;
}

/**
 * Reads the body of a message of the review queue.
 *
 * @throws ValidationError `review_invalid` for anything else; the message must not be deleted then, so that it comes to
 * the dead-letter queue
 */
export function readReview(body: string): DeliveredReview {
  const parsed = deliveredReviewSchema.safeParse(parse(body));
  if (parsed.success) {
    const { id: eventId, time, detail } = parsed.data;
    return { eventId, time, detail };
  }
  const place = parsed.error.issues[0]?.path.join('.').slice(0, 120) || 'its top';
  try {
    return fail('review_invalid', `The message is not a review event of a version known here: see ${place}.`);
  } catch (error) {
    throw surface(error);
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
