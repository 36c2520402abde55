import { basename } from 'node:path';
import { inferArchitecture } from '../../checkpoint/architecture/infer-architecture.js';
import type { Architecture } from '../../checkpoint/architecture.js';
import { Checkpoint } from '../../checkpoint/checkpoint.js';
import { type HashOptions, hashFiles } from '../../checkpoint/pack/hash-file.js';
import { ModerationError } from '../../contract/errors.js';
import { describeModel, type ModelDescription } from '../../convert/describe.js';
import { resolveSettings } from '../../convert/settings.js';
import { convertTokenizer } from '../../convert/tokenizer.js';
import { readPullRecord } from '../../hub/pull-record.js';
import { type Inspection, modelOf } from './inspection.js';
import { summarizeWeights } from './weights.js';

export interface InspectOptions extends HashOptions {
  /** Whether files are read to the end: for hashes, and to verify a pack. */
  readonly hash: boolean;
}

/**
 * Inspects a checkpoint, or a safetensors file with or without configs beside it. What keeps it from being converted is
 * told as a problem; only what cannot be read at all throws.
 *
 * @throws ModerationError `checkpoint_invalid`
 */
export async function inspectCheckpoint(path: string, options: InspectOptions): Promise<Inspection> {
  const checkpoint = await Checkpoint.open(path);
  const { configs, folder, weights, weightsFile } = checkpoint;
  const problems: string[] = [];
  const described = await describe(checkpoint, problems);
  const architecture = described?.architecture ?? null;
  const names = [basename(weightsFile)];
  const source = await readPullRecord(folder);
  return {
    kind: described === undefined ? 'weights' : 'checkpoint',
    path: path === weightsFile ? weightsFile : folder,
    model: described === undefined ? null : modelOf(described.manifest, architecture),
    weights: summarizeWeights(weights, architecture),
    files: options.hash ? await hashFiles(folder, names, options) : {},
    packHash: null,
    verified: false,
    source: source ?? null,
    metrics: configs.testMetrics ?? {},
    validation: configs.valReport ?? null,
    inferred: described?.manifest.inferred ?? [],
    problems,
  };
}

interface Described {
  readonly architecture: Architecture;
  readonly manifest: ModelDescription;
}

/** What conversion would write into the manifest, as far as it gets. */
async function describe(checkpoint: Checkpoint, problems: string[]): Promise<Described | undefined> {
  const { configs, tensors } = checkpoint;
  const found = await attempt(problems, async () => {
    const { architecture, inferred } = inferArchitecture(tensors, configs);
    return { architecture, inferred, settings: resolveSettings(configs, architecture) };
  });
  if (found === undefined) return undefined;
  const tokenizer = await attempt(problems, () => convertTokenizer(checkpoint, found.architecture));
  const manifest = describeModel({
    ...found,
    tokenizer: tokenizer ?? { bytes: new Uint8Array(), frame: UNKNOWN_FRAME },
    precision: 'fp32',
  });
  return { architecture: found.architecture, manifest };
}

/** Of a checkpoint without a usable tokenizer, which is told as a problem. */
const UNKNOWN_FRAME = { bosId: null, eosId: 0, padId: 0 } as const;

async function attempt<T>(problems: string[], work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ModerationError)) throw error;
    problems.push(error.message);
    return undefined;
  }
}
