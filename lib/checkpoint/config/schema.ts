import { z } from 'zod';

/** A field that may be missing or null, which mean the same in these files. */
export function maybe<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullish().transform((value) => value ?? undefined);
}

export const count = z.int().positive();
