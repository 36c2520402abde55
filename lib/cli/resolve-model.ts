import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { identify } from '../checkpoint/identify.js';
import type { Precision } from '../checkpoint/manifest.js';
import { ENVIRONMENT } from '../contract/environment.js';
import { ModerationError } from '../contract/errors.js';

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
  /**
   * Writable folder for a converted pack. Default: the system's temporary folder or, where that cannot be written,
   * `/dev/shm`, which is writable in a container whose root file system is not.
   */
  readonly scratchDir?: string;
  readonly signal?: AbortSignal;
}

/**
 * The model pack of a folder that holds a pack or an unconverted checkpoint. A checkpoint is converted into a scratch
 * folder; its weights are linked, not copied, where precision and file system allow.
 *
 * @throws ModerationError `invalid_configuration` when the folder holds no model or no scratch folder can be written;
 * `checkpoint_invalid`; `resource_exhausted` when the pack does not fit into the scratch folder
 */
export async function resolveModel(folder: string, options: ResolveOptions = {}): Promise<ResolvedModel> {
  const model = resolve(folder);
  if ((await identify(model)) === 'pack') {
    return { packFolder: model, converted: false, dispose: async () => {} };
  }
  const scratch = await makeScratchFolder(options.scratchDir);
  const dispose = (): Promise<void> => rm(scratch, { recursive: true, force: true });
  try {
    const { convertCheckpoint } = await import('../convert/convert.js');
    const packFolder = join(scratch, 'pack');
    const precision = options.precision ?? 'fp32';
    await convertCheckpoint({
      checkpoint: model,
      out: packFolder,
      precision,
      ...(precision === 'int8' && { calibration: await generatedCalibration() }),
      otherwise: 'symlink',
      ...(options.signal && { signal: options.signal }),
    });
    return { packFolder, converted: true, dispose };
  } catch (error) {
    await dispose();
    throw explainNoRoom(error, scratch);
  }
}

/** int8 is calibrated on generated posts here; `moderate convert --calibration` takes real ones. */
async function generatedCalibration() {
  const { openGraph } = await import('../engine/run-graph.js');
  return { openGraph };
}

const SHARED_MEMORY = '/dev/shm';
const REMEDY =
  `Set ${ENVIRONMENT.scratchDir} to a writable folder with more room, or convert the checkpoint beforehand ` +
  'with `moderate convert`.';

/** A new folder in the first parent that can be written. */
async function makeScratchFolder(scratchDir: string | undefined): Promise<string> {
  const parents = scratchDir === undefined ? [tmpdir(), SHARED_MEMORY] : [resolve(scratchDir)];
  const failures: string[] = [];
  for (const parent of parents) {
    try {
      if (scratchDir !== undefined) await mkdir(parent, { recursive: true });
      return await mkdtemp(join(parent, 'moderation-pack-'));
    } catch (error) {
      failures.push(`${parent} (${(error as NodeJS.ErrnoException).code})`);
    }
  }
  throw new ModerationError(
    'invalid_configuration',
    `The checkpoint must be converted, but no scratch folder can be written: ${failures.join(', ')}. ${REMEDY}`,
  );
}

function explainNoRoom(error: unknown, scratch: string): unknown {
  if (!(error instanceof ModerationError) || error.code !== 'resource_exhausted') return error;
  const message = `The converted pack does not fit into ${scratch}. ${REMEDY}`;
  return new ModerationError('resource_exhausted', message, { cause: error });
}
