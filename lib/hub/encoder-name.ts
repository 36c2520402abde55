import type { CheckpointConfigs } from '../checkpoint/config/configs.js';
import { quote } from '../checkpoint/findings.js';
import type { Family } from '../checkpoint/manifest.js';
import { ModerationError } from '../contract/errors.js';
import { DEFAULT_ENCODERS, PUBLISHED_MODELS } from './published.js';
import { isRepositoryName } from './reference.js';

/**
 * The repository of the encoder that a classifier was trained from: the one that inference_config.json names, else the
 * published one of the family.
 *
 * @param repository the classifier's, whose name may tell the family when no config does
 * @throws ModerationError `checkpoint_invalid` when nothing tells
 */
export function encoderOf(repository: string, { inference, model }: CheckpointConfigs): string {
  const named = inference?.encoder_name;
  // Trained from a folder, the name is that folder's, which is no repository.
  if (named?.includes('/') && isRepositoryName(named)) return named;
  const family =
    familyIn(inference?.backend) ??
    familyIn(model?.model_type) ??
    PUBLISHED_MODELS.find((published) => published.repository === repository)?.family ??
    familyIn(repository);
  if (family !== undefined) return DEFAULT_ENCODERS[family];
  throw new ModerationError(
    'checkpoint_invalid',
    `${repository} does not tell which encoder it was trained from (encoder_name in inference_config.json is ` +
      `${quote(named ?? null)}). Name it with --encoder, for example ${DEFAULT_ENCODERS.siglip}.`,
  );
}

function familyIn(text: string | undefined): Family | undefined {
  const found = text?.toLowerCase().match(/siglip|clip/)?.[0];
  return found === 'siglip' || found === 'clip' ? found : undefined;
}
