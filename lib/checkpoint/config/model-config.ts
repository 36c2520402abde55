import { z } from 'zod';
import { count, maybe } from './schema.js';

/** `text_config` or `vision_config`: fields that equal the class defaults of transformers are left out there. */
const encoderConfigSchema = z.object({
  hidden_size: maybe(count),
  intermediate_size: maybe(count),
  num_hidden_layers: maybe(count),
  num_attention_heads: maybe(count),
  hidden_act: maybe(z.string()),
  layer_norm_eps: maybe(z.number().positive()),
  /** Text. */
  vocab_size: maybe(count),
  max_position_embeddings: maybe(count),
  projection_size: maybe(count),
  /** Image. */
  image_size: maybe(count),
  patch_size: maybe(count),
  num_channels: maybe(count),
});

/** config.json: the encoder's configuration as transformers writes it. */
export const modelConfigSchema = z.object({
  model_type: maybe(z.string()),
  projection_dim: maybe(count),
  text_config: maybe(encoderConfigSchema),
  vision_config: maybe(encoderConfigSchema),
});

export type EncoderConfig = z.infer<typeof encoderConfigSchema>;
export type ModelConfig = z.infer<typeof modelConfigSchema>;
