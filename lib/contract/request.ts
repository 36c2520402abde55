/**
 * What callers send. The envelope is validated as a whole; each instance on its own, so that a bad item costs only
 * its own slot.
 */
import { z } from 'zod';
import { wishesSchema } from './parts.js';

/** Characters that an item's id may have. */
export const MAX_ID_CHARS = 256;

/** One post. At least one of `text` (beyond white space) and an image must be there; null means absent. */
export const instanceSchema = z.strictObject({
  /** Plain text, any language. Read up to the model's token limit; longer text is cut and reported. */
  text: z.string().nullish(),
  /** The bytes of a JPEG, PNG, WebP, GIF, TIFF, AVIF or BMP file in base64; a `data:…;base64,` URL is accepted. */
  image_base64: z.string().nullish(),
  /** Further images of the post, each as `image_base64`; up to maxImagesPerItem in all. Empty means absent. */
  images: z.array(z.string()).nullish(),
  /** The caller's name for the post; echoed in its prediction. */
  id: z.string().max(MAX_ID_CHARS).nullish(),
});

export type Instance = z.infer<typeof instanceSchema>;

/** Options of one request. As everywhere, null means absent. */
export const parametersSchema = z.strictObject({
  /** Replaces thresholds of the pack, class by class; a class is predicted when its probability is >= threshold. */
  thresholds: z.record(z.string(), z.number().min(0).max(1)).nullish(),
  /** Adds the milliseconds spent in each stage to the reply. Default: false. */
  timings: z.boolean().nullish(),
  ...wishesSchema.shape,
});

export type Parameters = z.infer<typeof parametersSchema>;

/** `{"instances": […], "parameters": {…}}`; the instances are checked one by one by {@link instanceSchema}. */
export const envelopeSchema = z.strictObject({
  instances: z.array(z.unknown()).min(1),
  parameters: parametersSchema.nullish(),
});

/** The single form: one instance, its fields at the top beside `parameters`. */
export const singleSchema = instanceSchema.extend({ parameters: parametersSchema.nullish() });

/** The request as a caller writes it. */
export interface InvocationRequest {
  readonly instances: readonly Instance[];
  readonly parameters?: Parameters;
}

/** The single form as a caller writes it. */
export type SingleRequest = z.infer<typeof singleSchema>;
