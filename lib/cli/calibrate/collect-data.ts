import { openData } from '../../evaluate/data/open-data.js';
import { collectPredictions } from '../evaluate/collect-predictions.js';
import { dataOptionsOf, type ParsedDataOptions } from '../evaluate/data-options.js';
import { type TargetOptions, withClient } from '../predict/target.js';
import { startProgress } from '../terminal/progress.js';

/** Classifies labelled posts into a predictions file, or goes on with it. The split `test` is kept for measuring. */
export async function collectData(
  path: string,
  output: string,
  options: TargetOptions & ParsedDataOptions,
  signal: AbortSignal,
): Promise<void> {
  const data = await openData(dataOptionsOf(path, { ...options, split: options.split ?? 'val' }));
  const progress = startProgress('classifying');
  const earlier = await withClient(options, {}, signal, (client) =>
    collectPredictions({
      client,
      data,
      output,
      ablation: false,
      // As the policy will have it.
      options: { frames: true, windows: true },
      signal,
      onProgress: progress.update,
    }),
  ).finally(progress.stop);
  if (earlier > 0) console.error(`${earlier} rows were answered in an earlier run`);
}
