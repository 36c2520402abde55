import { z } from 'zod';
import { maybe } from './schema.js';

/** A token is written as its text, or as an object with the text and how it is matched. */
const token = z.union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)]);

/** tokenizer_config.json. `model_max_length` may be 1e30: transformers' way to say "no limit". */
export const tokenizerConfigSchema = z.object({
  tokenizer_class: maybe(z.string()),
  model_max_length: maybe(z.number().positive()),
  add_bos_token: maybe(z.boolean()),
  add_eos_token: maybe(z.boolean()),
  do_lower_case: maybe(z.boolean()),
  pad_token: maybe(token),
  bos_token: maybe(token),
  eos_token: maybe(token),
  unk_token: maybe(token),
});

export type TokenizerConfig = z.infer<typeof tokenizerConfigSchema>;
