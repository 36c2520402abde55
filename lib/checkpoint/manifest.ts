/**
 * The manifest of a model pack: everything that serving needs to know about a model, as data. A pack is a folder of
 * this manifest, three ONNX graphs, one safetensors file that they reference, and the tokenizer's files.
 */
import { z } from 'zod';
import { DTYPES } from './safetensors/dtype.js';

export const MANIFEST_FILE = 'manifest.json';
export const MANIFEST_FORMAT = 4;

export const FAMILIES = ['siglip', 'clip'] as const;
export type Family = (typeof FAMILIES)[number];

export const HEADS = ['fusion', 'multitask'] as const;
export type HeadKind = (typeof HEADS)[number];

export const PRECISIONS = ['fp32', 'fp16', 'int8'] as const;
export type Precision = (typeof PRECISIONS)[number];

/** A file's name inside the pack: relative, flat, no path separators. */
const fileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'expected a plain file name');
const count = z.int().positive();

/**
 * The text side. Graph inputs: `token_embeddings` float32 [batch, length, tokenTable.width], `position_ids` and
 * `key_mask` int32 [batch, length]; output: `text_features` float32 [batch, width], pooled at the last column (see
 * lib/text/sequence.ts for the layout of rows).
 */
export const textSpecSchema = z.strictObject({
  graph: fileName,
  /** The tokenizer, compiled from tokenizer.json (see lib/text/compile). */
  tokenizer: fileName,
  /** Tokens a text may have, special tokens included. SigLIP2: 64, CLIP: 77. */
  maxTokens: count,
  /** Token appended after the text: `<eos>` for SigLIP2, `<|endoftext|>` for CLIP. */
  eosId: z.int().nonnegative(),
  /** Token put before the text: `<|startoftext|>` for CLIP; null where there is none (SigLIP2). */
  bosId: z.int().nonnegative().nullable(),
  padId: z.int().nonnegative(),
  /**
   * Which column is pooled. `final-position`: the last of `maxTokens` positions, a pad unless the text fills it
   * (SigLIP). `end-of-text`: the eos token (CLIP).
   */
  pooling: z.enum(['final-position', 'end-of-text']),
  /** Whether pads are masked as keys. False runs all `maxTokens` columns with every key visible. */
  keyMask: z.boolean(),
  /** Lowercase before tokenizing, beyond what the tokenizer does itself. */
  lowercase: z.boolean(),
  width: count,
  vocabularySize: count,
});

/**
 * The image side. Graph input: `pixels` uint8 [batch, size, size, 3] RGB, rows first; output: `image_features` float32
 * [batch, width]. The graph itself normalises: (x / 255 - mean) / std in float32.
 */
export const imageSpecSchema = z.strictObject({
  graph: fileName,
  /** Edge of the square that the encoder sees, in pixels. */
  size: count,
  /** `short-edge-crop`: short edge to `size`, centre crop. `squash`: both edges to `size`. */
  geometry: z.enum(['short-edge-crop', 'squash']),
  /** Pillow's filter of this name, with antialiasing. */
  filter: z.enum(['bilinear', 'bicubic']),
  mean: z.array(z.number()).length(3),
  std: z.array(z.number().positive()).length(3),
  width: count,
});

/**
 * The classifier over pooled features. Graph inputs: `text_features` [batch, text.width], `image_features`
 * [batch, image.width], `text_present` and `image_present` [batch], all float32; output: `logits` float32
 * [batch, classes].
 */
export const headSpecSchema = z.strictObject({
  kind: z.enum(HEADS),
  graph: fileName,
});

/** Where the token embeddings lie in the weights: see lib/text/token-table.ts. */
export const tokenTableSchema = z.strictObject({
  dtype: z.enum(['F32', 'F16', 'I8']),
  rows: count,
  width: count,
  offset: z.int().nonnegative(),
  scales: z.int().nonnegative().nullable(),
  /** The file of the rows' checksums: see lib/text/row-checksums.ts. */
  checksums: fileName,
});

export const fileEntrySchema = z.strictObject({
  bytes: z.int().nonnegative(),
  /**
   * See lib/checkpoint/pack/gmac.ts. Compared before the first answer; SHA-256, which takes longer, behind it. That of the
   * weights leaves out what {@link tokenRows} tells.
   */
  gmac: z.string().regex(/^[0-9a-f]{32}$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

export const manifestSchema = z
  .strictObject({
    format: z.literal(MANIFEST_FORMAT),
    /** The model's name, for people: the encoder's name and the head. */
    name: z.string().min(1),
    /** True for a model that is trained on made-up data and must not judge real posts. */
    demonstration: z.boolean(),
    family: z.enum(FAMILIES),
    precision: z.enum(PRECISIONS),
    classNames: z.array(z.string().min(1)).min(1),
    /** One per class, 0 to 1; a class is predicted when its probability is >= its threshold. */
    thresholds: z.array(z.number().min(0).max(1)).min(1),
    text: textSpecSchema,
    image: imageSpecSchema,
    head: headSpecSchema,
    /** The safetensors file whose byte ranges the graphs reference. */
    weights: fileName,
    tokenTable: tokenTableSchema,
    /** What the converter inferred because the checkpoint does not state it, one sentence each. */
    inferred: z.array(z.string()),
    /** Published metrics that came with the checkpoint (test_metrics.json), verbatim. */
    metrics: z.record(z.string(), z.number()).optional(),
    /** Size and checksums of every other file of the pack, by name. */
    files: z.record(fileName, fileEntrySchema),
  })
  .superRefine((manifest, context) => {
    if (manifest.thresholds.length !== manifest.classNames.length) {
      context.addIssue({
        code: 'custom',
        path: ['thresholds'],
        message: `expected one per class (${manifest.classNames.length}), got ${manifest.thresholds.length}`,
      });
    }
    const end = endOfTable(manifest.tokenTable);
    const bytes = manifest.files[manifest.weights]?.bytes ?? end;
    if (end > bytes) {
      context.addIssue({
        code: 'custom',
        path: ['tokenTable'],
        message: `ends at byte ${end} of ${manifest.weights}, which has ${bytes}`,
      });
    }
    for (const file of referencedFiles(manifest)) {
      if (manifest.files[file] !== undefined) continue;
      context.addIssue({ code: 'custom', path: ['files'], message: `${file} is referenced but not listed` });
    }
  });

export type TextSpec = z.infer<typeof textSpecSchema>;
export type ImageSpec = z.infer<typeof imageSpecSchema>;
export type FileEntry = z.infer<typeof fileEntrySchema>;
export type Manifest = z.infer<typeof manifestSchema>;

/** The bytes of one file from `start` on, without `end`. */
export interface FileRange {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The rows of the token table. They are half of a large model, and a text needs a few of them: they are not read before
 * the first answer, but each has a checksum, which is compared whenever it is read.
 */
export function tokenRows({ weights, tokenTable }: Pick<Manifest, 'weights' | 'tokenTable'>): FileRange {
  return { file: weights, start: tokenTable.offset, end: endOfRows(tokenTable) };
}

type Table = z.infer<typeof tokenTableSchema>;

function endOfRows({ dtype, rows, width, offset }: Table): number {
  return offset + rows * width * DTYPES[dtype];
}

function endOfTable(table: Table): number {
  const { rows, scales } = table;
  return Math.max(endOfRows(table), scales === null ? 0 : scales + rows * DTYPES.F32);
}

function referencedFiles(manifest: {
  weights: string;
  text: { graph: string; tokenizer: string };
  image: { graph: string };
  head: { graph: string };
  tokenTable: { checksums: string };
}): string[] {
  const { weights, text, image, head, tokenTable } = manifest;
  return [weights, text.graph, text.tokenizer, image.graph, head.graph, tokenTable.checksums];
}
