/**
 * A moderation policy: what a team decided, from evidence, to do with a model's probabilities. `moderate calibrate`
 * writes it, the server loads and applies it, replies echo it.
 */
import { z } from 'zod';
import type { Action } from './action.js';
import { COMBINATIONS, type Combination } from './modality.js';
import { wishesSchema } from './parts.js';
import { unseenRulesSchema } from './unseen.js';

/** The name of the file in a model folder. */
export const POLICY_FILE = 'policy.json';
export const POLICY_FORMAT = 1;

const probability = z.number().min(0).max(1);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in 64 hexadecimal digits');

/** The decision of one class, over the probabilities as the model gives them. */
export const classPolicySchema = z
  .strictObject({
    /** The class is predicted from here on: probability >= threshold. */
    threshold: probability,
    /**
     * Below `from` the class allows the post, from `from` on a person looks at it, from `to` on it is flagged. Equal
     * bounds leave nothing to review; a `to` of null flags nothing without a person. The band holds the threshold, so
     * that no predicted class is allowed and no other one flagged.
     */
    review: z.strictObject({ from: probability, to: probability.nullable() }),
  })
  .refine(({ threshold, review }) => review.from <= threshold, {
    path: ['review', 'from'],
    message: 'expected at most the threshold, or a predicted class would be allowed',
  })
  .refine(({ threshold, review }) => review.to === null || threshold <= review.to, {
    path: ['review', 'to'],
    message: 'expected at least the threshold, or a class would be flagged without being predicted',
  });

/** Every class of the model has an entry. */
const classesSchema = z.record(z.string().min(1), classPolicySchema);
const byModalitySchema = z.partialRecord(z.enum(COMBINATIONS), classesSchema);

/** Replaces `classes` for posts of many parts: the more are judged, the likelier one is a false alarm. */
const byPartsSchema = z
  .array(
    z.strictObject({
      /** Answers that the post has, one a part or a pair of parts. */
      atLeast: z.int().min(2),
      classes: classesSchema,
      byModality: byModalitySchema.optional(),
    }),
  )
  .refine(
    (rows) => rows.every(({ atLeast }, index) => index === 0 || atLeast > (rows[index - 1]?.atLeast ?? 0)),
    {
      message: 'expected atLeast to rise from row to row',
    },
  );

export const policySchema = z.strictObject({
  format: z.literal(POLICY_FORMAT),
  /** For people and dashboards. */
  name: z.string().min(1).max(128),
  /** When it was made, ISO 8601 in UTC. */
  created: z.iso.datetime(),
  /** The pack whose probabilities it is about: the SHA-256 of its manifest. Another pack refuses the policy. */
  pack: sha256,
  /** SHA-256 of the labelled data that it rests on. */
  data: sha256,
  /** How the thresholds were found, one sentence. */
  method: z.string().min(1),
  classes: classesSchema,
  /** Replaces `classes` for posts that rest on these modalities. */
  byModality: byModalitySchema.optional(),
  byParts: byPartsSchema.optional(),
  /** What is judged beside the first part, unless the request says otherwise. Absent: nothing. */
  parts: wishesSchema.optional(),
  /** What content that was not judged leads to; a code that is left out has the default of lib/contract/unseen.ts. */
  unseen: unseenRulesSchema.optional(),
  /** Per class, T > 0: calibrated probability = sigmoid(logit(p) / T). It changes no decision. */
  temperatures: z.record(z.string().min(1), z.number().positive()).optional(),
  /** Share of allowed posts that are sent to review at random, so that what the model misses is measured. */
  auditShare: probability.default(0),
});

export type ClassPolicy = z.infer<typeof classPolicySchema>;
export type Policy = z.infer<typeof policySchema>;

/** The class policies that hold for posts of these modalities and of this many answers. */
export function classPoliciesFor(
  policy: Pick<Policy, 'classes' | 'byModality' | 'byParts'>,
  combination: Combination,
  answers = 1,
): Readonly<Record<string, ClassPolicy>> {
  const { classes, byModality } = policy.byParts?.findLast(({ atLeast }) => answers >= atLeast) ?? policy;
  return byModality?.[combination] ?? classes;
}

/** What one class does with a post of this probability. A value that is no number is never allowed. */
export function actionOf(value: number, { review }: ClassPolicy): Action {
  if (value < review.from) return 'allow';
  return review.to === null || value < review.to ? 'review' : 'flag';
}
