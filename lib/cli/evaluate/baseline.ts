import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { ModerationError } from '../../contract/errors.js';
import { EVALUATION_FORMAT, type Evaluation } from '../../evaluate/evaluation.js';

export const EVALUATION_FILE = 'evaluation.json';

/** Only what drift is told against. */
const baselineSchema = z.looseObject({
  format: z.literal(EVALUATION_FORMAT),
  created: z.string(),
  data: z.looseObject({ name: z.string(), judged: z.number(), classes: z.array(z.string()) }),
  classes: z.array(
    z.looseObject({
      name: z.string(),
      scores: z.looseObject({
        flagRate: z.looseObject({ value: z.number().nullable() }),
        histogram: z.object({ edges: z.array(z.number()).min(2), counts: z.array(z.number()).min(1) }),
      }),
    }),
  ),
});

/**
 * Reads an earlier evaluation, from its file or from its folder.
 *
 * @param classNames those that it must have; default: any
 * @throws ModerationError `invalid_configuration` when it is none, or of other classes
 */
export async function readBaseline(path: string, classNames?: readonly string[]): Promise<Evaluation> {
  const found = await stat(resolve(path)).catch(() => undefined);
  const file = found?.isDirectory() ? join(path, EVALUATION_FILE) : path;
  const text = await readFile(resolve(file), 'utf8').catch((cause: NodeJS.ErrnoException) =>
    invalid(`${file} cannot be read (${cause.code}).`),
  );
  const parsed = baselineSchema.safeParse(parse(text));
  if (!parsed.success) return invalid(`${file} is no evaluation; expected what moderate evaluate writes.`);
  const { classes } = parsed.data.data;
  if (classNames && classes.join('\n') !== classNames.join('\n')) {
    return invalid(`${file} has the classes ${classes.join(', ')}; expected ${classNames.join(', ')}.`);
  }
  return parsed.data as unknown as Evaluation;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function invalid(message: string): never {
  throw new ModerationError('invalid_configuration', message);
}
