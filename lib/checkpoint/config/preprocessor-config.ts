import { z } from 'zod';
import { count, maybe } from './schema.js';

const channels = z.tuple([z.number(), z.number(), z.number()]);
const deviations = z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]);

const size = z
  .union([
    count.transform((edge) => ({ height: edge, width: edge })),
    z.object({ height: count, width: count }),
    z
      .object({ shortest_edge: count })
      .transform(({ shortest_edge: edge }) => ({ height: edge, width: edge })),
  ])
  .describe('pixels that the encoder sees');

/** preprocessor_config.json, of which the original reads these three. */
export const preprocessorConfigSchema = z.object({
  size: maybe(size),
  image_mean: maybe(channels),
  image_std: maybe(deviations),
});

export type PreprocessorConfig = z.infer<typeof preprocessorConfigSchema>;
