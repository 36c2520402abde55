import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { append, writeAtomically } from '../atomic-file.js';
import { WEIGHTS_FILE } from '../weights-file.js';
import { configFiles } from './config-files.js';
import { PRESETS, type Preset, type PresetName } from './presets.js';
import { writeRandomWeights } from './weights.js';

export interface SynthesizeOptions {
  readonly preset: PresetName;
  /** Folder to write into; made when it is not there. Files of the same names are replaced. */
  readonly out: string;
  /** The same seed gives the same bytes. Default: 1. */
  readonly seed?: number;
  /** Whether to plant activation outliers, as trained encoders have them. Default: false. */
  readonly outliers?: boolean;
  /** Reports the bytes of weights written. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Writes a checkpoint with exactly the files, tensors, names and shapes of a published one, and random weights. Its
 * answers mean nothing, but they differ by input. The weights come last: a folder that has them is complete.
 *
 * @throws ModerationError `resource_exhausted` when the disk is full
 */
export async function synthesize({ preset, ...options }: SynthesizeOptions): Promise<void> {
  await writeCheckpoint(PRESETS[preset], options);
}

/** The same for any shape. */
export async function writeCheckpoint(
  preset: Preset,
  options: Omit<SynthesizeOptions, 'preset'>,
): Promise<void> {
  const { out, seed = 1, outliers = false, onProgress, signal } = options;
  await mkdir(out, { recursive: true });
  for (const [name, content] of Object.entries(configFiles(preset))) {
    signal?.throwIfAborted();
    const text = `${JSON.stringify(content, null, 2)}\n`;
    await writeAtomically(join(out, name), (handle) => append(handle, Buffer.from(text)));
  }
  await writeRandomWeights(join(out, WEIGHTS_FILE), preset.architecture, {
    seed,
    outliers,
    ...(onProgress && { onProgress }),
    ...(signal && { signal }),
  });
}
