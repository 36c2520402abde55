/** What callers get. */
import { z } from 'zod';
import { ACTIONS } from './action.js';
import type { ErrorCode } from './errors.js';
import { MODALITIES } from './modality.js';
import { partSchema } from './parts.js';
import { unseenSchema } from './unseen.js';

/** The answer to one post. The first three fields are those of the original handler. */
export const predictionSchema = z.object({
  id: z.string().optional(),
  /** Per class: probability >= threshold. */
  class_predictions: z.record(z.string(), z.boolean()),
  /** Per class, 0 to 1: independent sigmoids, they do not add up to 1. Of several parts, each class's highest. */
  probabilities: z.record(z.string(), z.number().min(0).max(1)),
  /** Per class, 0 to 1, by the temperatures of the policy; absent without. No decision rests on them. */
  calibrated_probabilities: z.record(z.string(), z.number().min(0).max(1)).optional(),
  any_harmful: z.boolean(),
  /** What the policy does with the post: the strictest of its classes and of `unseen`. There exactly when a policy is in force. */
  decision: z.enum(ACTIONS).optional(),
  /** True where the classes allow the post and it was drawn at random for review; `decision` is `review` then. */
  audit: z.boolean().optional(),
  /** What the answer rests on. An absent modality's encoder was not run. */
  modalities_used: z.array(z.enum(MODALITIES)).min(1),
  /** Whether text beyond the model's token limit was left unread: `unseen` has `text_cut` then. */
  text_truncated: z.boolean(),
  /** What of the post the answer does not rest on; empty where the model read what readers see. Absent from older services. */
  unseen: z.array(unseenSchema).optional(),
  /** Every part that was judged; absent where it is one. The first is what the model reads by itself. */
  parts: z.array(partSchema).min(2).optional(),
  /** The index in `parts` of the strictest; there exactly when they are. */
  decided_by: z.int().nonnegative().optional(),
});

export type Prediction = z.infer<typeof predictionSchema>;

const errorBodySchema = z.object({
  /** One of the registry's codes; clients must expect codes that they do not know yet. */
  code: z.string() as z.ZodType<ErrorCode | (string & {})>,
  message: z.string(),
  retryable: z.boolean(),
  /** When to try again, in milliseconds. */
  retry_after_ms: z.number().nonnegative().optional(),
});

export type ErrorBody = z.infer<typeof errorBodySchema>;

/** The answer to a post that could not be classified: never to be read as harmless. */
export const itemErrorSchema = z.object({ id: z.string().optional(), error: errorBodySchema });

export type ItemError = z.infer<typeof itemErrorSchema>;

export const slotSchema = z.union([predictionSchema, itemErrorSchema]);

export type Slot = z.infer<typeof slotSchema>;

export const modelInfoSchema = z.object({
  name: z.string(),
  /** SHA-256 of the pack's manifest, which holds the hash of every file: the identity of model and preprocessing. */
  pack: z.string(),
  precision: z.string(),
  /** True for the model that ships with the project: its answers mean nothing about real posts. */
  demonstration: z.boolean(),
  /** Where the encoders run: `cpu` or `cuda`. Absent in replies of servers older than this field. */
  device: z.string().optional(),
});

export type ModelInfo = z.infer<typeof modelInfoSchema>;

const thresholdsSchema = z.record(z.string(), z.number());

const thresholdTableSchema = z.object({
  text: thresholdsSchema,
  image: thresholdsSchema,
  'text+image': thresholdsSchema,
});

/** The policy that the decisions rest on. */
export const policyInfoSchema = z.object({
  name: z.string(),
  /** SHA-256 of the file. */
  sha256: z.string(),
  /** The thresholds that were applied, per class, for posts whose answer rests on these modalities. */
  thresholds: thresholdTableSchema,
  /** Those of posts with so many answers or more, rising; absent where there are none. */
  by_parts: z
    .array(z.object({ at_least: z.int().min(2), thresholds: thresholdTableSchema }))
    .min(1)
    .optional(),
});

export type PolicyInfo = z.infer<typeof policyInfoSchema>;

/**
 * Milliseconds by stage: `read` (the body), `parse`, the engine's stages, `total`. Of several items, a stage tells its
 * slowest. Stages overlap, so they need not add up to `total`.
 */
export const timingsSchema = z.record(z.string(), z.number().nonnegative());

export const replySchema = z.object({
  /** One slot per instance, in the order of the request. */
  predictions: z.array(slotSchema),
  model: modelInfoSchema,
  /** The thresholds that were applied, per class; where a policy has others by modality, its own tell them. */
  thresholds: thresholdsSchema,
  /** There exactly when a policy is in force. */
  policy: policyInfoSchema.optional(),
  request_id: z.string(),
  timings: timingsSchema.optional(),
});

export type InvocationReply = z.infer<typeof replySchema>;

/** The body of every 4xx and 5xx. Hints travel in it because SageMaker strips headers. */
export const errorReplySchema = z.object({ error: errorBodySchema, request_id: z.string() });

export type ErrorReply = z.infer<typeof errorReplySchema>;

/** Whether a slot is a post that could not be classified. */
export function isItemError(slot: Slot): slot is ItemError {
  return 'error' in slot;
}

export const HEALTH = ['loading', 'ready', 'degraded', 'draining', 'failed'] as const;
/** `ready` is 200 with an empty body on `GET /ping`; the others are 503 with {@link healthReplySchema}. */
export type Health = (typeof HEALTH)[number];

export const healthReplySchema = z.object({ status: z.enum(HEALTH) });

export type HealthReply = z.infer<typeof healthReplySchema>;

/** `GET /execution-parameters`: what a batch transform job does unless its request says otherwise. */
export const executionParametersSchema = z.object({
  MaxConcurrentTransforms: z.int().positive(),
  BatchStrategy: z.enum(['MULTI_RECORD', 'SINGLE_RECORD']),
  MaxPayloadInMB: z.int().positive().max(100),
});

export type ExecutionParameters = z.infer<typeof executionParametersSchema>;
