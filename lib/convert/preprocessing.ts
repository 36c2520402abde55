/** How a post becomes what the encoders see: as the original's code does it, or as one was told. */
import type { Architecture } from '../checkpoint/architecture.js';
import type { CheckpointConfigs } from '../checkpoint/config/configs.js';
import { type ImageSpec, imageSpecSchema, type TextSpec } from '../checkpoint/manifest.js';
import { ModerationError } from '../contract/errors.js';

/** What no graph and no tensor decides. */
export type Preprocessing = Pick<TextSpec, 'maxTokens' | 'keyMask' | 'lowercase'> &
  Pick<ImageSpec, 'geometry' | 'filter'>;

/**
 * Choices that replace the original's. It is not certain that the published weights were trained by the published code;
 * docs/models.md says how to settle each with labelled data.
 */
export type PreprocessingChoices = Partial<Preprocessing>;

export const GEOMETRIES = imageSpecSchema.shape.geometry.options;
export const FILTERS = imageSpecSchema.shape.filter.options;

const ORIGINAL = {
  keyMask: true,
  lowercase: false,
  geometry: 'short-edge-crop',
  filter: 'bilinear',
} as const satisfies PreprocessingChoices;

/** What is inferred where the original's value is taken. */
const SENTENCES: Readonly<Record<keyof typeof ORIGINAL, string>> = {
  keyMask: "Padding is hidden from the text encoder's attention, as in the original's training code.",
  lowercase: "Texts are not lowercased, as in the original's training code.",
  geometry:
    'Images are resized by their short edge and cropped at the centre, as the original classifier does; the processor ' +
    'of SigLIP would resize both edges.',
  filter:
    'Images are resized bilinearly, as the original classifier does; the processor of CLIP would do so bicubically.',
};

/**
 * Settles the preprocessing of a checkpoint.
 *
 * @throws ModerationError `invalid_configuration` when more tokens are chosen than the text encoder has positions
 */
export function resolvePreprocessing(
  { inference }: CheckpointConfigs,
  { text }: Architecture,
  choices: PreprocessingChoices,
): Preprocessing & { readonly inferred: readonly string[] } {
  const inferred: string[] = [];
  refuseImpossible(choices, text.positions);
  const { maxTokens = inference?.max_text_length ?? text.positions } = choices;
  if (choices.maxTokens === undefined && inference?.max_text_length === undefined) {
    inferred.push(
      `A text has at most ${text.positions} tokens, as many as the encoder has positions: inference_config.json states ` +
        'no max_text_length.',
    );
  }
  for (const name of Object.keys(ORIGINAL) as (keyof typeof ORIGINAL)[]) {
    if (choices[name] === undefined) inferred.push(SENTENCES[name]);
  }
  const chosen = Object.entries(choices).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  if (chosen.length > 0)
    inferred.push(`Chosen at conversion, not stated by the checkpoint: ${chosen.join(', ')}.`);
  return { ...ORIGINAL, ...choices, maxTokens, inferred };
}

/** Room for one token between CLIP's two special ones. */
const MIN_TOKENS = 3;

function refuseImpossible({ maxTokens }: PreprocessingChoices, positions: number): void {
  if (maxTokens === undefined || (maxTokens >= MIN_TOKENS && maxTokens <= positions)) return;
  throw new ModerationError(
    'invalid_configuration',
    `maxTokens is ${maxTokens}; expected ${MIN_TOKENS} to ${positions}, the positions of the text encoder.`,
  );
}
