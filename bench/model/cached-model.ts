import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST_FILE } from '../../lib/checkpoint/manifest.js';
import { openPack, type Pack } from '../../lib/checkpoint/pack/pack.js';
import { synthesize } from '../../lib/checkpoint/synthesize/synthesize.js';
import { WEIGHTS_FILE } from '../../lib/checkpoint/weights-file.js';
import { startProgress } from '../../lib/cli/terminal/progress.js';
import { convertCheckpoint } from '../../lib/convert/convert.js';
import { openGraph } from '../../lib/engine/run-graph.js';

export interface CachedModelOptions {
  readonly cacheFolder: string;
  /** A checkpoint of one's own; without it one of full size is made up. */
  readonly checkpoint?: string | undefined;
  /** Converts again what was converted before. */
  readonly fresh: boolean;
  readonly note: (text: string) => void;
  readonly signal: AbortSignal;
}

const PRESET = 'siglip2-base';

/** The checkpoint to measure with, made once and kept. Weights come last: with them, a checkpoint is whole. */
export async function cachedCheckpoint({
  cacheFolder,
  checkpoint,
  note,
  signal,
}: CachedModelOptions): Promise<string> {
  if (checkpoint !== undefined) return realpath(checkpoint);
  const out = join(cacheFolder, PRESET);
  if (existsSync(join(out, WEIGHTS_FILE))) return out;
  note(`making a checkpoint of full size in ${out} (1.5 GB, once)`);
  await mkdir(cacheFolder, { recursive: true });
  const progress = startProgress('writing');
  await synthesize({ preset: PRESET, out, onProgress: progress.update, signal }).finally(progress.stop);
  return out;
}

/** A pack of the checkpoint, converted once and kept. */
export async function cachedPack(
  checkpoint: string,
  precision: 'fp32' | 'int8',
  options: CachedModelOptions,
): Promise<Pack> {
  const { cacheFolder, fresh, note, signal } = options;
  const folder =
    options.checkpoint === undefined ? cacheFolder : join(cacheFolder, `checkpoint-${nameOf(checkpoint)}`);
  const out = join(folder, `pack-${precision}`);
  if (!fresh && existsSync(join(out, MANIFEST_FILE))) {
    const { mtime } = await stat(join(out, MANIFEST_FILE));
    note(
      `${precision}: the pack of ${mtime.toISOString().slice(0, 16)} from the cache (--fresh converts again)`,
    );
    return openPack(out, { verify: false });
  }
  note(`${precision}: converting${precision === 'int8' ? ', about a minute' : ''}`);
  await mkdir(folder, { recursive: true });
  return convertCheckpoint({
    checkpoint,
    out,
    precision,
    overwrite: true,
    ...(precision === 'int8' && { calibration: { openGraph, tolerance: OF_RANDOM_WEIGHTS } }),
    signal,
  });
}

/**
 * Random weights carry the noise of eight bits ten times as far as trained ones do (docs/precision.md): what is measured is
 * the pack that a trained checkpoint gets.
 */
const OF_RANDOM_WEIGHTS = { mean: 0.01 };

function nameOf(checkpoint: string): string {
  return createHash('sha256').update(checkpoint).digest('hex').slice(0, 12);
}
