/** From a published checkpoint to a model pack: three graphs over its weights, and a manifest. */
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expectedTensors } from '../checkpoint/architecture/expected-tensors.js';
import { inferArchitecture } from '../checkpoint/architecture/infer-architecture.js';
import type { Architecture } from '../checkpoint/architecture.js';
import { Checkpoint } from '../checkpoint/checkpoint.js';
import {
  type Manifest,
  PRECISIONS,
  type Precision as PrecisionName,
  tokenRows,
} from '../checkpoint/manifest.js';
import { hashFiles } from '../checkpoint/pack/hash-file.js';
import { Pack } from '../checkpoint/pack/pack.js';
import { writeManifest } from '../checkpoint/pack/write-manifest.js';
import { ModerationError } from '../contract/errors.js';
import { writeRowChecksums } from '../text/row-checksums.js';
import type { TokenTableSpec } from '../text/token-table.js';
import { type CalibrationOptions, calibrationItems } from './calibration.js';
import { describeModel, FILES } from './describe.js';
import { writeGraphs, writeStored } from './graph-files.js';
import { FoldedWeights } from './precision/folded-weights.js';
import { Fp16 } from './precision/fp16.js';
import { Fp32 } from './precision/fp32.js';
import { describeQuantization } from './precision/int8/describe-quantization.js';
import { quantizeCheckpoint } from './precision/int8/quantize-checkpoint.js';
import { StoredFp32 } from './precision/stored-fp32.js';
import { StoredWeights } from './precision/stored-weights.js';
import type { PreprocessingChoices } from './preprocessing.js';
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
  /** How posts become pixels and tokens, where not as the original's code does it. */
  readonly preprocessing?: PreprocessingChoices;
  /** For int8, which must have it: what runs graphs, and which posts they are measured by. */
  readonly calibration?: CalibrationOptions;
  /** Told during the parts that take time. */
  readonly onProgress?: (progress: ConvertProgress) => void;
  /** Stops the work; nothing is left behind. */
  readonly signal?: AbortSignal;
}

export interface ConvertProgress {
  /**
   * `weights`: they are widened or narrowed. `calibration`: posts are encoded in fp32, and counted instead of bytes.
   * `hashes`: files are read for the manifest's SHA-256.
   */
  readonly part: 'weights' | 'calibration' | 'hashes';
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
  const { precision = 'fp32', overwrite = false } = options;
  refuseUnknownPrecision(precision);
  const checkpoint = await Checkpoint.open(options.checkpoint);
  const { configs } = checkpoint;
  const { architecture, inferred } = inferArchitecture(checkpoint.tensors, configs);
  const settings = resolveSettings(configs, architecture, options.preprocessing);
  const names = [...expectedTensors(architecture).keys()];

  const manifest = await stagePack(options.out, { overwrite }, async (folder) => {
    const tokenizer = await convertTokenizer(checkpoint, architecture);
    await writeFile(join(folder, FILES.tokenizer), tokenizer.bytes);
    const facts = { architecture, settings, tokenizer, precision };
    const { tokenTable: table, told } = await WRITERS[precision](
      { checkpoint, architecture, specs: describeModel({ ...facts, inferred }), names, folder },
      options,
    );
    const tokenTable = { ...table, checksums: FILES.rowChecksums };
    await writeRowChecksums(
      join(folder, FILES.weights),
      table,
      join(folder, FILES.rowChecksums),
      options.signal,
    );
    const files = await hashFiles(folder, Object.values(FILES), {
      ...during('hashes', options),
      leftOut: tokenRows({ weights: FILES.weights, tokenTable }),
    });
    const model = describeModel({ ...facts, inferred: [...inferred, ...told] });
    const described = { ...model, tokenTable, files };
    await writeManifest(folder, described);
    return described;
  });
  return new Pack(resolve(options.out), manifest);
}

interface Material {
  readonly checkpoint: Checkpoint;
  readonly architecture: Architecture;
  readonly specs: Pick<Manifest, 'text' | 'image'>;
  /** The tensors that the architecture asks for. */
  readonly names: readonly string[];
  readonly folder: string;
}

/** What the manifest says of the weights and graphs that were written. */
interface Written {
  readonly tokenTable: TokenTableSpec;
  /** What was chosen, one sentence each. */
  readonly told: readonly string[];
}

/** Writes the weights and graphs of a pack. */
type Writer = (material: Material, options: ConvertOptions) => Promise<Written>;

const WRITERS: Readonly<Record<PrecisionName, Writer>> = {
  fp32: writeFp32,
  fp16: writeFp16,
  int8: writeInt8,
};

async function writeFp32(
  { checkpoint, architecture, specs, names, folder }: Material,
  options: ConvertOptions,
): Promise<Written> {
  const { otherwise = 'copy' } = options;
  const tensors = await placeWeights(checkpoint, names, folder, { otherwise, ...during('weights', options) });
  const precision = new Fp32(tensors);
  const precisions = { encoders: precision, head: precision };
  return { tokenTable: await writeGraphs(folder, architecture, precisions, specs.image), told: [] };
}

async function writeFp16(
  { checkpoint, architecture, specs, folder }: Material,
  options: ConvertOptions,
): Promise<Written> {
  const weights = new FoldedWeights(checkpoint.weights);
  const store = new StoredWeights();
  const precisions = { encoders: new Fp16(weights, store), head: new StoredFp32(weights, store) };
  const writing = { normalization: specs.image, ...during('weights', options) };
  return { tokenTable: await writeStored(folder, architecture, precisions, store, writing), told: [] };
}

async function writeInt8(
  { checkpoint, architecture, specs, folder }: Material,
  options: ConvertOptions,
): Promise<Written> {
  const { calibration, onProgress, signal } = options;
  if (calibration === undefined) {
    throw new ModerationError(
      'invalid_configuration',
      'precision: int8 is chosen by measuring and needs a runtime; pass `calibration.openGraph`.',
    );
  }
  const { openGraph, ...rest } = calibration;
  const items = await calibrationItems(specs, join(folder, FILES.tokenizer), rest);
  const quantized = await quantizeCheckpoint(checkpoint, architecture, specs, folder, {
    ...rest,
    items,
    open: openGraph,
    onProgress: (doneBytes, totalBytes) => onProgress?.({ part: 'calibration', doneBytes, totalBytes }),
    ...(signal && { signal }),
  });
  return { tokenTable: quantized.tokenTable, told: describeQuantization(quantized, items) };
}

/** Progress and signal as the functions that do a part of the work take them. */
function during(part: ConvertProgress['part'], { onProgress, signal }: ConvertOptions) {
  return {
    onProgress: (doneBytes: number, totalBytes: number) => onProgress?.({ part, doneBytes, totalBytes }),
    ...(signal && { signal }),
  };
}

function refuseUnknownPrecision(precision: PrecisionName): void {
  if (PRECISIONS.includes(precision)) return;
  throw new ModerationError(
    'invalid_configuration',
    `precision: got ${JSON.stringify(precision)}, expected one of ${PRECISIONS.join(', ')}.`,
  );
}
