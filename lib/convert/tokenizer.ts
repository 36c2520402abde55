/** The tokenizer of a pack: compiled, with the ids of the tokens that frame a text. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Architecture } from '../checkpoint/architecture.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { Family, TextSpec } from '../checkpoint/manifest.js';
import { ModerationError } from '../contract/errors.js';
import { type CompiledTokenizer, compileTokenizer } from '../text/compile/compile.js';

export interface ConvertedTokenizer {
  /** The contents of tokenizer.bin. */
  readonly bytes: Uint8Array;
  readonly frame: Pick<TextSpec, 'bosId' | 'eosId' | 'padId'>;
}

/** In the published layout, beside the weights. */
const TOKENIZER_FILE = 'tokenizer.json';

/** Of each family: its pipeline, and how it spells the frame. Where the start is null, nothing is put before a text. */
const FAMILIES = {
  siglip: { pipeline: 'gemma', start: null, end: '<eos>', padding: '<pad>' },
  clip: { pipeline: 'clip', start: '<|startoftext|>', end: '<|endoftext|>', padding: '<|endoftext|>' },
} as const satisfies Record<Family, unknown>;

/**
 * Compiles the checkpoint's tokenizer.json. What tokenizer_config.json says of spellings wins over the family's.
 *
 * @throws ModerationError `checkpoint_invalid` when the file is missing, or is not the tokenizer of this encoder
 */
export async function convertTokenizer(
  { folder, configs }: Checkpoint,
  { family, text }: Architecture,
): Promise<ConvertedTokenizer> {
  const tokenizer = compileTokenizer(await readTokenizer(folder));
  const { pipeline, start, end, padding } = FAMILIES[family];
  if (tokenizer.pipeline !== pipeline || tokenizer.vocabularySize > text.vocabularySize) {
    throw new ModerationError(
      'checkpoint_invalid',
      `${TOKENIZER_FILE} is not the encoder's: it is of ${tokenizer.pipeline}'s pipeline with ${tokenizer.vocabularySize} ` +
        `tokens, expected ${pipeline}'s with at most ${text.vocabularySize}. Use the one that the classifier was trained with.`,
    );
  }
  return {
    bytes: tokenizer.bytes,
    frame: {
      bosId: start === null ? null : idOf(tokenizer, configs.tokenizer?.bos_token ?? start),
      eosId: idOf(tokenizer, configs.tokenizer?.eos_token ?? end),
      padId: idOf(tokenizer, configs.tokenizer?.pad_token ?? padding),
    },
  };
}

async function readTokenizer(folder: string): Promise<Uint8Array> {
  try {
    return await readFile(join(folder, TOKENIZER_FILE));
  } catch (cause) {
    throw new ModerationError(
      'checkpoint_invalid',
      `${TOKENIZER_FILE} cannot be read (${(cause as NodeJS.ErrnoException).code}), and no text can without it: copy the ` +
        "encoder's beside the weights.",
      { cause },
    );
  }
}

function idOf(tokenizer: CompiledTokenizer, content: string): number {
  const id = tokenizer.idOf(content);
  if (id !== undefined) return id;
  throw new ModerationError(
    'checkpoint_invalid',
    `${TOKENIZER_FILE} has no token ${JSON.stringify(content)}.`,
  );
}
