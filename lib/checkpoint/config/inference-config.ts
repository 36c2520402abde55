import { z } from 'zod';
import { count, maybe } from './schema.js';

const probability = z.number().min(0).max(1);

/** inference_config.json, written by the original's training. The published ones have no `head`, no `max_text_length`. */
export const inferenceConfigSchema = z.object({
  encoder_name: maybe(z.string()),
  backend: maybe(z.string()),
  head: maybe(z.enum(['fusion', 'mtl'])),
  fusion_dim: maybe(count),
  class_names: maybe(z.array(z.string())),
  /** One per class, in order or by name; `threshold` is for all classes where there are none. */
  thresholds: maybe(z.union([z.array(probability), z.record(z.string(), probability)])),
  threshold: maybe(probability),
  max_text_length: maybe(count),
  /** This project's own: the model was trained on made-up data and must not judge real posts. */
  demonstration: maybe(z.boolean()),
});

export type InferenceConfig = z.infer<typeof inferenceConfigSchema>;
