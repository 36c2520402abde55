/**
 * The part of Hugging Face's tokenizer.json that decides the tokens, as the two known pipelines have it. Every field
 * is pinned: a tokenizer with anything else in it is refused, because it would be encoded wrongly.
 */
import { z } from 'zod';
import { isRecord } from '../../contract/record.js';
import { quote, refuse } from './problems.js';

const absent = z.union([z.null(), z.literal('')]).optional();

/** A Hugging Face component; what this project does not read of it is not checked. */
const component = <T extends string>(type: T) => z.looseObject({ type: z.literal(type) });

const addedToken = z.strictObject({
  id: z.int().nonnegative(),
  content: z.string().min(1),
  single_word: z.literal(false),
  lstrip: z.literal(false),
  rstrip: z.literal(false),
  normalized: z.boolean(),
  special: z.boolean(),
});

/** The model without its `vocab` and `merges`, whose hundreds of thousands of rows are read by hand. */
const bpe = z.strictObject({
  type: z.literal('BPE').optional(),
  dropout: z.null().optional(),
  unk_token: z.string().nullish(),
  continuing_subword_prefix: absent,
  end_of_word_suffix: absent,
  fuse_unk: z.boolean().optional(),
  byte_fallback: z.literal(false).optional(),
  ignore_merges: z.literal(false).optional(),
});

/** Tools write these beside the pipeline; transformers sets truncation and padding with every call. */
const bystanders = {
  version: z.unknown(),
  truncation: z.unknown(),
  padding: z.unknown(),
  decoder: z.unknown(),
};

/** Gemma's, which SigLIP2 publishes. transformers 4 replaces the post-processor by what tokenizer_config.json says. */
const gemma = z.strictObject({
  ...bystanders,
  added_tokens: z.array(addedToken.extend({ normalized: z.literal(false) })),
  normalizer: z.strictObject({
    type: z.literal('Replace'),
    pattern: z.strictObject({ String: z.literal(' ') }),
    content: z.literal('▁'),
  }),
  // No space is left to split at after the normalizer.
  pre_tokenizer: z
    .strictObject({
      type: z.literal('Split'),
      pattern: z.strictObject({ String: z.literal(' ') }),
      behavior: z.literal('MergedWithPrevious'),
      invert: z.literal(false),
    })
    .nullable(),
  post_processor: component('TemplateProcessing').nullable(),
  model: bpe.extend({ byte_fallback: z.literal(true) }),
});

const clip = z.strictObject({
  ...bystanders,
  // A normalized token is looked for word by word.
  added_tokens: z.array(
    addedToken.refine(({ content, normalized }) => !normalized || !/\p{White_Space}/u.test(content), {
      path: ['content'],
      message: 'a normalized token with white space',
    }),
  ),
  normalizer: z.strictObject({
    type: z.literal('Sequence'),
    normalizers: z.tuple([
      z.strictObject({ type: z.literal('NFC') }),
      z.strictObject({
        type: z.literal('Replace'),
        pattern: z.strictObject({ Regex: z.literal('\\s+') }),
        content: z.literal(' '),
      }),
      z.strictObject({ type: z.literal('Lowercase') }),
    ]),
  }),
  pre_tokenizer: z.strictObject({
    type: z.literal('Sequence'),
    pretokenizers: z.tuple([
      z.strictObject({
        type: z.literal('Split'),
        pattern: z.strictObject({
          Regex: z.literal("'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+"),
        }),
        behavior: z.literal('Removed'),
        invert: z.literal(true),
      }),
      // Its own split leaves the parts as they are, so `use_regex` does not matter.
      z.strictObject({
        type: z.literal('ByteLevel'),
        add_prefix_space: z.literal(false),
        trim_offsets: z.boolean().optional(),
        use_regex: z.boolean().optional(),
      }),
    ]),
  }),
  post_processor: component('RobertaProcessing'),
  model: bpe.extend({ end_of_word_suffix: z.literal('</w>') }),
});

export type AddedToken = z.infer<typeof addedToken>;

export interface TokenizerJson {
  pipeline: 'gemma' | 'clip';
  addedTokens: AddedToken[];
  vocabulary: Record<string, unknown>;
  merges: unknown[];
}

const bulkSchema = z.looseObject({
  model: z.looseObject({
    vocab: z.custom<Record<string, unknown>>((value) => isRecord(value), 'expected an object'),
    merges: z.custom<unknown[]>((value) => Array.isArray(value), 'expected a list'),
  }),
});

/**
 * Reads a parsed tokenizer.json.
 *
 * @throws ModerationError `checkpoint_invalid` naming every component that belongs to neither pipeline
 */
export function parseTokenizerJson(json: unknown): TokenizerJson {
  const bulk = parse(bulkSchema, json, 'is no tokenizer');
  const { vocab, merges, ...model } = bulk.model;
  const pipeline = model['byte_fallback'] === true ? 'gemma' : 'clip';
  const headline = `is not of ${pipeline === 'gemma' ? "Gemma's" : "CLIP's"} pipeline, the nearest that is known`;
  const { added_tokens } = parse(pipeline === 'gemma' ? gemma : clip, { ...bulk, model }, headline);
  return { pipeline, addedTokens: added_tokens, vocabulary: vocab, merges };
}

function parse<S extends z.ZodType>(schema: S, value: unknown, headline: string): z.output<S> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message, input }) => {
    return `${path.join('.') || 'the file'}: ${message}, got ${quote(input)}`;
  });
  refuse(headline, problems);
  throw result.error; // not reached: a failed parse has issues
}
