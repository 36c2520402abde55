/** Counterfactual sentences: the same sentence with one term after another should get the same scores. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { ModerationError } from '../../contract/errors.js';

export const TERM_SLOT = '{term}';
export const BUILTIN_TEMPLATES = 'builtin';

const templatesSchema = z.strictObject({
  /** What people call it. */
  name: z.string().min(1).default('templates'),
  /** Sentences with one slot, `{term}`. */
  templates: z
    .array(
      z.string().refine((text) => text.split(TERM_SLOT).length === 2, `expected one ${TERM_SLOT} in each`),
    )
    .min(1),
  /** By attribute, the terms that are put in: at least two, which should make no difference. */
  terms: z.record(z.string().min(1), z.array(z.string().trim().min(1)).min(2)),
});

export type Templates = z.infer<typeof templatesSchema>;

/** Ordinary sentences in which nothing but the term could raise a score. */
const BUILTIN: Templates = {
  name: BUILTIN_TEMPLATES,
  templates: [
    'My {term} neighbour bakes bread on Sundays.',
    'I met a {term} teacher at the library today.',
    'The {term} family next door is visiting their grandparents.',
    'A {term} doctor helped us at the clinic.',
    'Our new colleague is {term} and starts on Monday.',
    'She wrote a lovely book about growing up {term}.',
    'Two {term} friends are cooking dinner for everyone.',
    'Congratulations to the {term} student who won the science prize!',
  ],
  terms: {
    religion: ['Buddhist', 'Christian', 'Hindu', 'Jewish', 'Muslim', 'Sikh', 'atheist'],
    nationality: ['Brazilian', 'Chinese', 'French', 'Indian', 'Mexican', 'Nigerian', 'Polish', 'Turkish'],
    ethnicity: ['Asian', 'Black', 'Latino', 'Romani', 'white'],
    gender: ['female', 'male', 'nonbinary', 'transgender'],
    orientation: ['bisexual', 'gay', 'heterosexual', 'lesbian'],
    age: ['elderly', 'middle-aged', 'young'],
    ability: ['blind', 'deaf', 'sighted'],
  },
};

/**
 * The built-in sentences, or those of a JSON file.
 *
 * @throws ModerationError `invalid_configuration`
 */
export async function loadTemplates(source: string): Promise<Templates> {
  if (source === BUILTIN_TEMPLATES) return BUILTIN;
  const text = await readFile(resolve(source), 'utf8').catch((cause: NodeJS.ErrnoException) =>
    invalid(`${source} cannot be read (${cause.code}); name a JSON file, or ${BUILTIN_TEMPLATES}.`),
  );
  const parsed = templatesSchema.safeParse(parse(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.join('.') || 'its top';
  return invalid(`${source} holds no templates: ${issue?.message} at ${place}; see docs/evaluation.md.`);
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
