import { stat } from 'node:fs/promises';
import { identify } from '../../checkpoint/identify.js';
import { type InspectOptions, inspectCheckpoint } from './checkpoint.js';
import type { Inspection } from './inspection.js';
import { inspectPack } from './pack.js';

/**
 * Inspects a model pack, a checkpoint or one safetensors file, by what is there.
 *
 * @throws ModerationError `invalid_configuration` when there is none of these; `checkpoint_invalid` or `pack_invalid` when
 * it cannot be read
 */
export async function inspect(path: string, options: InspectOptions): Promise<Inspection> {
  const isFile = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
  if (isFile) return inspectCheckpoint(path, options);
  return (await identify(path)) === 'pack' ? inspectPack(path, options) : inspectCheckpoint(path, options);
}
