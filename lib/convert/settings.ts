/** What serving must know beside the graphs, settled from the checkpoint's configs, the family, and the original's code. */
import type { Architecture } from '../checkpoint/architecture.js';
import { resolveClasses } from '../checkpoint/config/classes.js';
import type { CheckpointConfigs } from '../checkpoint/config/configs.js';
import type { Family, Manifest } from '../checkpoint/manifest.js';
import type { Normalization } from './pixels.js';
import { type Preprocessing, type PreprocessingChoices, resolvePreprocessing } from './preprocessing.js';

/** Of the encoders' own processors: SigLIP maps to -1 … 1, CLIP by the statistics of its training images. */
const DEFAULT_NORMALIZATION: Readonly<Record<Family, Normalization>> = {
  siglip: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  clip: { mean: [0.48145466, 0.4578275, 0.40821073], std: [0.26862954, 0.26130258, 0.27577711] },
};

/** The settings of a manifest that no graph and no file decides. */
export interface Settings
  extends Pick<Manifest, 'name' | 'demonstration' | 'classNames' | 'thresholds' | 'metrics'>,
    Normalization,
    Preprocessing {
  /** What the checkpoint does not state, one sentence each. */
  readonly inferred: readonly string[];
}

/**
 * @throws ModerationError `checkpoint_invalid` when the classes are not clear, `invalid_configuration` when a choice is
 * impossible
 */
export function resolveSettings(
  configs: CheckpointConfigs,
  architecture: Architecture,
  choices: PreprocessingChoices = {},
): Settings {
  const { inferred, ...classes } = resolveClasses(configs, architecture.head.classes);
  const sentences = [...inferred];
  const { inferred: more, ...preprocessing } = resolvePreprocessing(configs, architecture, choices);
  return {
    name: modelName(configs, architecture),
    demonstration: configs.inference?.demonstration ?? false,
    ...classes,
    ...resolveNormalization(configs, architecture.family, sentences),
    ...preprocessing,
    ...(configs.testMetrics && { metrics: configs.testMetrics }),
    inferred: [...sentences, ...more],
  };
}

function modelName({ inference }: CheckpointConfigs, { family, head }: Architecture): string {
  const encoder = inference?.encoder_name?.split(/[\\/]/).at(-1) || family;
  return `${encoder} ${head.kind}`;
}

function resolveNormalization(
  { preprocessor }: CheckpointConfigs,
  family: Family,
  inferred: string[],
): Normalization {
  const fallback = DEFAULT_NORMALIZATION[family];
  const { image_mean: mean = fallback.mean, image_std: std = fallback.std } = preprocessor ?? {};
  if (mean === fallback.mean || std === fallback.std) {
    inferred.push(
      `preprocessor_config.json does not state mean and deviation of pixels: those of ${family} hold.`,
    );
  }
  return { mean, std };
}
