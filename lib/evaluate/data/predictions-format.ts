/**
 * The predictions file: JSON Lines with the answers to labelled posts, and no word of the posts. One header line tells
 * what all rows rest on; every other line is a row, judged or not.
 */
import { z } from 'zod';
import { MODALITIES } from '../../contract/modality.js';
import { wishesSchema } from '../../contract/parts.js';
import { policyInfoSchema } from '../../contract/reply.js';
import { unseenSchema } from '../../contract/unseen.js';

export const PREDICTIONS_FORMAT = 1;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const probability = z.number().min(0).max(1);

export const headerSchema = z.object({
  predictions: z.literal(PREDICTIONS_FORMAT),
  /** The model's classes, in its order. */
  classes: z.array(z.string().min(1)).min(1),
  /** The thresholds that were applied, one per class. */
  thresholds: z.array(probability),
  model: z.object({
    name: z.string(),
    pack: z.string().nullable(),
    precision: z.string().nullable(),
    demonstration: z.boolean(),
  }),
  /** The policy that the service had in force, with its thresholds by modality. */
  policy: policyInfoSchema.optional(),
  /** What was judged beside the first part of each post, where it was said. */
  parts: wishesSchema.optional(),
  /** Null while rows are missing. */
  data: z.object({ name: z.string(), sha256, rows: z.int().nonnegative() }).nullable(),
});

export type PredictionsHeader = z.infer<typeof headerSchema>;

const scoresSchema = z.record(z.string(), probability);

const variantSchema = z.union([
  z.object({ probabilities: scoresSchema }),
  z.object({ error: z.object({ code: z.string() }) }),
]);

const rowFields = {
  /** From 1, in the order of the data. */
  row: z.int().positive(),
  /** Tells rows of different content apart. */
  key: z.string(),
  id: z.string().optional(),
};

export const judgedSchema = z.object({
  ...rowFields,
  probabilities: scoresSchema,
  /** What the answer rests on. */
  modalities: z.array(z.enum(MODALITIES)).min(1),
  /** What of the post the answer does not rest on; absent where nothing. */
  unseen: z.array(unseenSchema).optional(),
  /** How many parts, or pairs of parts, were judged; absent where one was. */
  answers: z.int().min(2).optional(),
  /** The names of the row's labels. */
  labels: z.array(z.string()).optional(),
  /** In their place, where the data says only whether a post is harmful. */
  harmful: z.boolean().optional(),
  /** By group column. */
  groups: z.record(z.string(), z.array(z.string())).optional(),
  /** A post with text and image, judged by one of them alone. */
  ablation: z.object({ text: variantSchema, image: variantSchema }).optional(),
});

export const unjudgedSchema = z.object({
  ...rowFields,
  /** The line of the data. */
  line: z.int().positive().optional(),
  error: z.object({ code: z.string(), message: z.string().optional(), retryable: z.boolean() }),
});

export type JudgedLine = z.infer<typeof judgedSchema>;
export type UnjudgedLine = z.infer<typeof unjudgedSchema>;
export type PredictionLine = JudgedLine | UnjudgedLine;

export function isUnjudged(line: PredictionLine): line is UnjudgedLine {
  return 'error' in line;
}

export function isHeader(line: PredictionLine | PredictionsHeader): line is PredictionsHeader {
  return 'predictions' in line;
}

/** Reads a line; undefined when it is none of a predictions file. */
export function parsePredictionLine(text: string): PredictionLine | PredictionsHeader | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const schema = 'predictions' in value ? headerSchema : 'error' in value ? unjudgedSchema : judgedSchema;
  const parsed = schema.safeParse(value);
  if (!parsed.success) return undefined;
  const line = parsed.data;
  if ('probabilities' in line && (line.labels === undefined) === (line.harmful === undefined))
    return undefined;
  return line;
}
