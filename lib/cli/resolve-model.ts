import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { identify } from '../checkpoint/identify.js';
import type { Precision } from '../checkpoint/manifest.js';

export interface ResolvedModel {
  /** A folder with a model pack. */
  readonly packFolder: string;
  /** Whether the pack was converted just now, from the checkpoint in the folder named. */
  readonly converted: boolean;
  /** Removes what was made for this run; the folder named is never touched. */
  dispose(): Promise<void>;
}

export interface ResolveOptions {
  /** Default: fp32. */
  readonly precision?: Precision;
  /** Writable folder for a converted pack. Default: the system's temporary folder. */
  readonly scratchDir?: string;
  readonly signal?: AbortSignal;
}

/**
 * The model pack of a folder that holds a pack or an unconverted checkpoint. A checkpoint is converted into a scratch
 * folder; its weights are linked, not copied, where precision and file system allow.
 */
export async function resolveModel(folder: string, options: ResolveOptions = {}): Promise<ResolvedModel> {
  const model = resolve(folder);
  if ((await identify(model)) === 'pack') {
    return { packFolder: model, converted: false, dispose: async () => {} };
  }
  const parent = options.scratchDir ?? tmpdir();
  await mkdir(parent, { recursive: true });
  const scratch = await mkdtemp(join(parent, 'moderation-pack-'));
  const dispose = (): Promise<void> => rm(scratch, { recursive: true, force: true });
  try {
    const { convertCheckpoint } = await import('../convert/convert.js');
    const packFolder = join(scratch, 'pack');
    await convertCheckpoint({
      checkpoint: model,
      out: packFolder,
      precision: options.precision ?? 'fp32',
      otherwise: 'symlink',
      ...(options.signal && { signal: options.signal }),
    });
    return { packFolder, converted: true, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}
