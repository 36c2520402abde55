import { openPack } from '../../checkpoint/pack/pack.js';
import { openSafetensors } from '../../checkpoint/safetensors/file.js';
import type { InspectOptions } from './checkpoint.js';
import { type Inspection, modelOf } from './inspection.js';
import { summarizeWeights } from './weights.js';

/**
 * Inspects a model pack.
 *
 * @throws ModerationError `pack_invalid` when files are missing or, where they are hashed, altered
 */
export async function inspectPack(folder: string, { hash, ...options }: InspectOptions): Promise<Inspection> {
  const pack = await openPack(folder, { verify: hash, ...options });
  const { manifest } = pack;
  return {
    kind: 'pack',
    path: pack.folder,
    model: modelOf(manifest, null),
    weights: summarizeWeights(await openSafetensors(pack.path(manifest.weights)), null),
    files: manifest.files,
    packHash: pack.hash,
    verified: hash,
    source: null,
    metrics: manifest.metrics ?? {},
    validation: null,
    inferred: manifest.inferred,
    problems: [],
  };
}
