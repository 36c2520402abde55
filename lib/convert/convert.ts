/** From a published checkpoint to a model pack: three graphs over its weights, and a manifest. */
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expectedTensors } from '../checkpoint/architecture/expected-tensors.js';
import { inferArchitecture } from '../checkpoint/architecture/infer-architecture.js';
import type { Architecture } from '../checkpoint/architecture.js';
import { Checkpoint } from '../checkpoint/checkpoint.js';
import type { Precision as PrecisionName } from '../checkpoint/manifest.js';
import { hashFiles } from '../checkpoint/pack/hash-file.js';
import { Pack } from '../checkpoint/pack/pack.js';
import { writeManifest } from '../checkpoint/pack/write-manifest.js';
import { ModerationError } from '../contract/errors.js';
import { encodeModel } from '../onnx/encode.js';
import { describePack, FILES } from './describe.js';
import { headGraph, imageGraph, textGraph } from './graphs.js';
import type { Normalization } from './pixels.js';
import { Fp32 } from './precision/fp32.js';
import type { Precision } from './precision/precision.js';
import { resolveSettings } from './settings.js';
import { stagePack } from './staging.js';
import { convertTokenizer } from './tokenizer.js';
import { placeWeights } from './weights.js';

export interface ConvertOptions {
  /** The checkpoint's folder, or the safetensors file in it. */
  readonly checkpoint: string;
  /** The pack's folder. It must be empty or missing. */
  readonly out: string;
  /** Default: fp32, which is exact. */
  readonly precision?: PrecisionName;
  /** Whether a pack that `out` holds is replaced. Default: false. */
  readonly overwrite?: boolean;
  /**
   * What to do with weights that cannot be hard-linked into the pack because it lies on another file system. A symlink
   * costs nothing, but the pack then needs the checkpoint to stay. Default: copy.
   */
  readonly otherwise?: 'symlink' | 'copy';
  /** Told during the two parts that take time. */
  readonly onProgress?: (progress: ConvertProgress) => void;
  /** Stops the work; nothing is left behind. */
  readonly signal?: AbortSignal;
}

export interface ConvertProgress {
  /** `weights`: half-precision weights are widened. `hashes`: files are read for the manifest's SHA-256. */
  readonly part: 'weights' | 'hashes';
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/**
 * Converts a checkpoint. In fp32 the graphs name byte ranges of its weights, which are linked and not copied.
 *
 * @throws ModerationError `checkpoint_invalid`, listing all that is wrong with the checkpoint; `invalid_configuration`
 * when `out` is taken or the precision is not known; `resource_exhausted` when the disk is full
 */
export async function convertCheckpoint(options: ConvertOptions): Promise<Pack> {
  const { precision = 'fp32', overwrite = false, otherwise = 'copy' } = options;
  refuseUnknownPrecision(precision);
  const checkpoint = await Checkpoint.open(options.checkpoint);
  const { configs } = checkpoint;
  const { architecture, inferred } = inferArchitecture(checkpoint.tensors, configs);
  const settings = resolveSettings(configs, architecture);
  const names = [...expectedTensors(architecture).keys()];

  const manifest = await stagePack(options.out, { overwrite }, async (folder) => {
    const tokenizer = await convertTokenizer(checkpoint, architecture);
    await writeFile(join(folder, FILES.tokenizer), tokenizer.bytes);
    const tensors = await placeWeights(checkpoint, names, folder, {
      otherwise,
      ...during('weights', options),
    });
    await writeGraphs(folder, architecture, new Fp32(tensors), settings);
    const files = await hashFiles(folder, Object.values(FILES), during('hashes', options));
    const described = describePack({ architecture, settings, tokenizer, precision, inferred, files });
    await writeManifest(folder, described);
    return described;
  });
  return new Pack(resolve(options.out), manifest);
}

async function writeGraphs(
  folder: string,
  architecture: Architecture,
  precision: Precision,
  normalization: Normalization,
): Promise<void> {
  await Promise.all([
    writeFile(join(folder, FILES.textGraph), encodeModel(textGraph(architecture, precision))),
    writeFile(
      join(folder, FILES.imageGraph),
      encodeModel(imageGraph(architecture, precision, normalization)),
    ),
    writeFile(join(folder, FILES.headGraph), encodeModel(headGraph(architecture, precision))),
  ]);
}

/** Progress and signal as the functions that do a part of the work take them. */
function during(part: ConvertProgress['part'], { onProgress, signal }: ConvertOptions) {
  return {
    onProgress: (doneBytes: number, totalBytes: number) => onProgress?.({ part, doneBytes, totalBytes }),
    ...(signal && { signal }),
  };
}

function refuseUnknownPrecision(precision: PrecisionName): void {
  if (precision === 'fp32') return;
  throw new ModerationError(
    'invalid_configuration',
    `precision: got ${JSON.stringify(precision)}, expected "fp32".`,
  );
}
