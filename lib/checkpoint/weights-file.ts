import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ModerationError } from '../contract/errors.js';
import { quote } from './findings.js';
import { pickleError } from './safetensors/file.js';

/** The name that transformers gives to the weights. */
export const WEIGHTS_FILE = 'model.safetensors';

const PICKLE = /^(?!training_args|optimizer|scheduler|rng_state|scaler).*\.(?:bin|pt|pth|ckpt|pkl)$/;

/**
 * The safetensors file of a checkpoint's folder: `model.safetensors`, else the only one there is.
 *
 * @throws ModerationError `checkpoint_invalid` that tells what was found instead
 */
export async function findWeights(folder: string): Promise<string> {
  const files = (await readdir(folder)).sort();
  const candidates = files.filter((file) => file.endsWith('.safetensors'));
  if (candidates.includes(WEIGHTS_FILE)) return join(folder, WEIGHTS_FILE);
  const [only, ...others] = candidates;
  if (only !== undefined && others.length === 0) return join(folder, only);
  if (only !== undefined) {
    throw new ModerationError(
      'checkpoint_invalid',
      `${folder} has no ${WEIGHTS_FILE} but ${candidates.length} safetensors files (${candidates.slice(0, 3).join(', ')}` +
        `${candidates.length > 3 ? ', …' : ''}). Weights in several files are not read: save them as one, or name one.`,
    );
  }
  const pickle = files.find((file) => PICKLE.test(file));
  if (pickle !== undefined) throw pickleError(pickle);
  throw new ModerationError(
    'checkpoint_invalid',
    `${folder} has no ${WEIGHTS_FILE}. ${files.length === 0 ? 'It is empty.' : `It holds ${quote(files)}.`}`,
  );
}
