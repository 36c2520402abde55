/**
 * A moderation policy: what a team decided, from evidence, to do with a model's probabilities. `moderate calibrate`
 * writes it, the server loads and applies it, replies echo it.
 */
import { z } from 'zod';
import { MODALITIES, type Modality } from './reply.js';

export const POLICY_FILE = 'policy.json';
export const POLICY_FORMAT = 1;

/** What is done with a post: published, shown to a person first, or held back. The later wins among classes. */
export const ACTIONS = ['allow', 'review', 'flag'] as const;
export type Action = (typeof ACTIONS)[number];

const probability = z.number().min(0).max(1);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in hexadecimal digits');

/** The decision of one class, over the probabilities as the model gives them. */
export const classPolicySchema = z
  .strictObject({
    /** The class is predicted from here on: probability >= threshold. */
    threshold: probability,
    /**
     * Below `from` the class allows the post, from `from` on a person looks at it, from `to` on it is flagged. Equal
     * bounds leave nothing to review.
     */
    review: z.strictObject({ from: probability, to: probability }),
  })
  .refine(({ review }) => review.from <= review.to, {
    path: ['review'],
    message: 'expected from <= to',
  });

/** Every class of the model has an entry. */
const classesSchema = z.record(z.string().min(1), classPolicySchema);

export const COMBINATIONS = ['text', 'image', 'text+image'] as const;
/** The modalities that an answer rests on, as one word. */
export type Combination = (typeof COMBINATIONS)[number];

export const policySchema = z.strictObject({
  format: z.literal(POLICY_FORMAT),
  /** For people and dashboards. */
  name: z.string().min(1).max(128),
  /** When it was made, ISO 8601. */
  created: z.iso.datetime(),
  /** The pack whose probabilities it is about: the SHA-256 of its manifest. Another pack refuses the policy. */
  pack: sha256,
  /** SHA-256 of the labelled data that it rests on. */
  data: sha256,
  /** How the thresholds were found, one sentence. */
  method: z.string().min(1),
  classes: classesSchema,
  /** Replaces `classes` for posts that rest on these modalities. */
  byModality: z.partialRecord(z.enum(COMBINATIONS), classesSchema).optional(),
  /** Per class, T > 0: calibrated probability = sigmoid(logit(p) / T). It changes no decision. */
  temperatures: z.record(z.string(), z.number().positive()).optional(),
  /** Share of allowed posts that are sent to review at random, so that what the model misses is measured. */
  auditShare: probability.default(0),
});

export type ClassPolicy = z.infer<typeof classPolicySchema>;
export type Policy = z.infer<typeof policySchema>;

/** The combination of an answer's modalities. */
export function combinationOf(modalities: readonly Modality[]): Combination {
  const [text, image] = MODALITIES.map((modality) => modalities.includes(modality));
  if (text && image) return 'text+image';
  return text ? 'text' : 'image';
}

/** The class policies that hold for posts of these modalities. */
export function classPoliciesFor(
  { classes, byModality }: Policy,
  combination: Combination,
): Readonly<Record<string, ClassPolicy>> {
  return byModality?.[combination] ?? classes;
}

/** What one class does with a post of this probability. A value that is no number is flagged. */
export function actionOf(value: number, { review }: ClassPolicy): Action {
  if (value < review.from) return 'allow';
  return value < review.to ? 'review' : 'flag';
}
