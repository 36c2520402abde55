import { combinationOf } from '../../contract/modality.js';
import type { Prediction } from '../../contract/reply.js';
import { EVENT_OVERHEAD_BYTES, REVIEW_EVENT, type ReviewDetail } from '../../contract/review-event.js';
import { actionOfUnseen } from '../../contract/unseen.js';
import { ModerationClientError } from '../errors/client-error.js';
import { abortedError, surface } from '../errors/error-of.js';
import { fail } from '../errors/failure.js';
import { readImage } from '../image/read-image.js';
import type { Classification, Outcome } from '../outcome.js';
import type { Post } from '../post.js';
import { OptionReader } from '../settings.js';
import { eventBytes, type ReviewEvent } from './event.js';

/** What became of a post: an answer of `classify`, an outcome of `classifyMany`, or the error in the place of either. */
export type Judged = Classification | Outcome | ModerationClientError;

export interface ReviewEventOptions {
  /** The endpoint that judged, 1 to 256 characters: the stack's rule passes on the events of its own endpoint alone. */
  readonly endpointName: string;
  /**
   * What of the post's content travels with the event, `{ text }` or `{ text, image }`; whoever may read the bus or the
   * queue can read it. An image that is a stream must not have been read before.
   *
   * @default nothing: ids, scores and reasons
   */
  readonly includeContent?: Pick<Post, 'text' | 'image'> | undefined;
  /** The post's id where `judged` has none. @default that of the prediction, the outcome or the error */
  readonly id?: string | undefined;
  /** The post's place in its input, from 0. @default that of the outcome or the error, else 0 */
  readonly index?: number | undefined;
  /**
   * The most bytes that the event may take, with what EventBridge adds; 8192 to 1048576. Give 262144 for a bus or a
   * queue with the older limit. @default 1048576
   */
  readonly maxEventBytes?: number | undefined;
  /** Ends the reading of the image with an AbortedError. @default never */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Whether a person must look at the post: its decision is `review`, or there is no answer.
 *
 * @throws ValidationError `invalid_option` where the service has no policy: nothing says then which posts are for review
 */
export function needsReview(judged: Judged): boolean {
  if (errorIn(judged) !== undefined) return true;
  const { decision } = (judged as Classification).prediction;
  if (decision !== undefined) return decision === 'review';
  throw surfaced(() =>
    fail(
      'invalid_option',
      'The answer has no decision: no policy is in force at the service, so nothing says which posts are for review. ' +
        'See docs/policy.md.',
    ),
  );
}

/**
 * The event of a post that a person must look at; undefined for a post that is allowed or flagged.
 *
 * @throws ValidationError `invalid_option`, see {@link needsReview}; TooLargeError `event_too_large`, with which the event
 * can be made again without its content; ImageError where the image of `includeContent` cannot be read
 */
export async function reviewEvent(
  judged: Judged,
  options: ReviewEventOptions,
): Promise<ReviewEvent | undefined> {
  if (!needsReview(judged)) return undefined;
  const { signal = new AbortController().signal } = options;
  try {
    const reader = new OptionReader();
    const maxBytes = reader.number('maxEventBytes', options.maxEventBytes);
    if (typeof options.endpointName !== 'string' || !/^.{1,256}$/su.test(options.endpointName)) {
      reader.refuse(`endpointName is ${JSON.stringify(options.endpointName)}; expected 1 to 256 characters`);
    }
    reader.finish();
    const content = await contentOf(options.includeContent, maxBytes, signal);
    return fitting({ ...detailOf(judged, options), ...(content && { content }) }, maxBytes);
  } catch (error) {
    throw signal.aborted ? abortedError(signal) : surface(error);
  }
}

function detailOf(judged: Judged, options: ReviewEventOptions): ReviewDetail {
  const error = errorIn(judged);
  const about = error === undefined ? aboutAnswer(judged as Classification) : aboutError(error);
  const outcome = judged as Partial<Extract<Outcome, { ok: true }>>;
  return {
    version: REVIEW_EVENT.version,
    endpoint: options.endpointName,
    judged_at: new Date().toISOString(),
    post: {
      id: outcome.id ?? outcome.prediction?.id ?? error?.itemId ?? options.id ?? null,
      index: options.index ?? outcome.index ?? error?.itemIndex ?? 0,
    },
    ...about,
  };
}

type About = Omit<ReviewDetail, 'version' | 'endpoint' | 'judged_at' | 'post' | 'content'>;

function aboutAnswer({ prediction, model, policy, thresholds, requestId }: Classification): About {
  const { id: _, ...answer } = prediction;
  const applied = policy?.thresholds[combinationOf(prediction.modalities_used)] ?? thresholds;
  return {
    request_id: requestId,
    reasons: reasonsOf(prediction, applied),
    decision: 'review',
    prediction: answer,
    thresholds: applied,
    model: { name: model.name, pack: model.pack, precision: model.precision },
    policy: policy === undefined ? null : { name: policy.name, sha256: policy.sha256 },
  };
}

function reasonsOf(
  { audit, class_predictions: predicted, probabilities, unseen = [] }: Prediction,
  thresholds: Readonly<Record<string, number>>,
): ReviewDetail['reasons'] {
  if (audit === true) return [{ why: 'audit' }];
  const classes = Object.keys(predicted).filter((name) => predicted[name]);
  const reasons: ReviewDetail['reasons'] = [
    ...classes.map((name) => ({
      why: 'class' as const,
      class: name,
      probability: probabilities[name],
      threshold: thresholds[name],
    })),
    ...unseen
      .filter((entry) => actionOfUnseen([entry]) !== 'allow')
      .map(({ code, figure }) => ({ why: 'unseen' as const, code, figure })),
  ];
  return reasons.length > 0 ? reasons : [{ why: 'band' }];
}

function aboutError({ code, retryable, requestId }: ModerationClientError): About {
  return {
    request_id: requestId ?? null,
    reasons: [{ why: 'unjudged', code, retryable }],
    decision: null,
    prediction: null,
    thresholds: null,
    model: null,
    policy: null,
  };
}

async function contentOf(
  post: ReviewEventOptions['includeContent'],
  maxBytes: number,
  signal: AbortSignal,
): Promise<ReviewDetail['content']> {
  if (post === undefined) return undefined;
  const { text, image } = post;
  const read = image ? await readImage(image, { maxBytes, signal }) : undefined;
  return {
    ...(typeof text === 'string' && { text }),
    ...(read !== undefined && {
      image_base64: typeof read === 'string' ? read : Buffer.from(read).toString('base64'),
    }),
  };
}

function fitting(detail: ReviewDetail, maxBytes: number): ReviewEvent {
  const event: ReviewEvent = {
    Source: REVIEW_EVENT.source,
    DetailType: REVIEW_EVENT.detailType,
    Detail: JSON.stringify(detail),
  };
  const bytes = eventBytes(event) + EVENT_OVERHEAD_BYTES;
  if (bytes <= maxBytes) return event;
  const remedy =
    detail.content === undefined
      ? 'Its answer is unusually large.'
      : 'Leave the image out of includeContent, or all content, and find the post by its id.';
  return fail(
    'event_too_large',
    `The review event takes ${bytes} bytes with what EventBridge adds; at most ${maxBytes} travel. ${remedy}`,
  );
}

function errorIn(judged: Judged): ModerationClientError | undefined {
  if (judged instanceof ModerationClientError) return judged;
  return 'ok' in judged && !judged.ok ? judged.error : undefined;
}

function surfaced(work: () => never): unknown {
  try {
    return work();
  } catch (error) {
    return surface(error);
  }
}
