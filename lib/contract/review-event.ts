/**
 * The event that says: a person must look at this post. Clients put it on an EventBridge bus, since the container has no
 * network; the stack's rule passes it on to a queue; a program of the reviewers reads it there.
 */
import { z } from 'zod';
import { predictionSchema } from './reply.js';
import { MAX_ID_CHARS } from './request.js';

/** `source` and `detail-type` of the event; the rule matches both, and `detail.endpoint`. */
export const REVIEW_EVENT = {
  source: 'multimodal-moderation',
  detailType: 'Moderation Review',
  /** Of `detail`. Fields are added without another version; readers ignore those that they do not know. */
  version: 1,
} as const;

/**
 * What EventBridge takes as one entry and as one request, and SQS as one message: 1 MiB since January 2026 and August
 * 2025. It was 256 KB for both before, which some regions and old queues still have.
 */
export const MAX_EVENT_BYTES = 1_048_576;
/** EventBridge adds its own fields (id, account, time, region) before it hands an event on. */
export const EVENT_OVERHEAD_BYTES = 2048;
/** Entries of one PutEvents request. */
export const MAX_EVENTS_PER_REQUEST = 10;

export const REVIEW_REASONS = ['class', 'band', 'unseen', 'audit', 'unjudged'] as const;
/**
 * Why a person must look. `class`: its probability is at or above its threshold. `band`: no class is, but one lies in the
 * policy's review band. `unseen`: content of the post was not judged. `audit`: every class allows the post and it was drawn at random. `unjudged`: the service gave no
 * answer. Readers must expect reasons that they do not know yet.
 */
export type ReviewReason = (typeof REVIEW_REASONS)[number];

const reasonSchema = z.object({
  why: z.string() as z.ZodType<ReviewReason | (string & {})>,
  /** Of `class`. */
  class: z.string().optional(),
  probability: z.number().min(0).max(1).optional(),
  threshold: z.number().optional(),
  /** Of `unjudged`: a code of docs/errors.md or docs/client.md. Of `unseen`: a code of docs/unseen.md. */
  code: z.string().optional(),
  /** Of `unseen`, as in the prediction. */
  figure: z.number().optional(),
  retryable: z.boolean().optional(),
});

export const reviewDetailSchema = z.object({
  version: z.literal(REVIEW_EVENT.version),
  /** The endpoint that judged, or should have. */
  endpoint: z.string().min(1).max(256),
  /** When the client made the event, ISO 8601 in UTC. */
  judged_at: z.iso.datetime(),
  post: z.object({
    /** The caller's name for the post, as text: a number of 20 digits keeps each of them. Null where it had none. */
    id: z.string().max(MAX_ID_CHARS).nullable(),
    /** Its place in the request or the input, from 0. */
    index: z.int().nonnegative(),
  }),
  /** Names the request in the service's log and in captured data. Null where nothing was sent. */
  request_id: z.string().nullable(),
  reasons: z.array(reasonSchema).min(1),
  /** `review`, or null where the service gave no answer. */
  decision: z.literal('review').nullable(),
  /** As the service answered; null where it did not. */
  prediction: predictionSchema.omit({ id: true }).nullable(),
  /** The thresholds in force for these modalities. */
  thresholds: z.record(z.string(), z.number()).nullable(),
  model: z.object({ name: z.string(), pack: z.string(), precision: z.string() }).nullable(),
  policy: z.object({ name: z.string(), sha256: z.string() }).nullable(),
  /** The post itself, only where the sender asked for it. */
  content: z.object({ text: z.string().optional(), image_base64: z.string().optional() }).optional(),
});

/** What a review event tells. */
export type ReviewDetail = z.infer<typeof reviewDetailSchema>;

/** An event as EventBridge delivers it, to a queue too. */
export const deliveredReviewSchema = z.object({
  /** EventBridge's own; another one where the same post was sent twice. */
  id: z.string(),
  source: z.literal(REVIEW_EVENT.source),
  'detail-type': z.literal(REVIEW_EVENT.detailType),
  time: z.string(),
  detail: reviewDetailSchema,
});
