import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { PRECISIONS, type Precision } from '../../checkpoint/manifest.js';
import type { CalibrationOptions } from '../../convert/calibration.js';
import type { ConvertProgress } from '../../convert/convert.js';
import { share } from '../arguments.js';
import {
  addPreprocessingOptions,
  type ParsedPreprocessing,
  preprocessingOf,
} from '../preprocessing-options.js';
import { untilInterrupted } from '../terminal/interrupt.js';
import { type Progress, startProgress } from '../terminal/progress.js';

interface ConvertOptions extends ParsedPreprocessing {
  out: string;
  precision: Precision;
  calibration?: string;
  tolerance?: number;
  overwrite: boolean;
}

export function define(command: Command): void {
  command
    .argument('<checkpoint>', 'folder with model.safetensors and its configuration files')
    .requiredOption('--out <dir>', 'folder of the model pack to write')
    .addOption(
      new Option('--precision <precision>', 'precision of the encoders').choices(PRECISIONS).default('fp32'),
    )
    .option(
      '--calibration <file>',
      'for int8: posts as JSON Lines, {"text": …, "image": path}, to measure by (default: made-up ones)',
    )
    .addOption(
      new Option(
        '--tolerance <mean>',
        'for int8: mean difference of probabilities from fp32 that is accepted; a smaller one makes slower packs (default: 0.005)',
      ).argParser(share),
    )
    .option('--overwrite', 'replace an existing pack in the folder', false);
  addPreprocessingOptions(command)
    .addHelpText(
      'after',
      `
The architecture is inferred from the names and shapes of the tensors and from the configuration files; what had to be
inferred is told. In fp32 the pack shares model.safetensors with the checkpoint (a hard link): nothing is copied.
int8 is for CPUs: layers are quantized by what posts show of them, and kept where they would move the answer. fp16 is for
CUDA. \`moderate verify\` tells how far the answers are from fp32's.

Examples:
  moderate convert ./checkpoint --out models/pack
  moderate convert ./checkpoint --out models/int8 --precision int8 --calibration posts.jsonl
  moderate serve --model models/pack`,
    )
    .action(convert);
}

/** What int8 is measured by: the posts of a file, or those that conversion makes up. */
async function calibrationOf({
  calibration: file,
  tolerance: mean,
}: ConvertOptions): Promise<CalibrationOptions> {
  const { openGraph } = await import('../../engine/run-graph.js');
  const tolerance = mean === undefined ? {} : { mean };
  if (file === undefined) return { openGraph, tolerance };
  const { readPosts } = await import('../posts/read-posts.js');
  const { prepareImages } = await import('../posts/prepare-images.js');
  const posts = await readPosts(resolve(file), MAX_CALIBRATION_POSTS);
  return {
    openGraph,
    tolerance,
    texts: posts.flatMap(({ text }) => text ?? []),
    images: (spec) => prepareImages(posts, spec),
  };
}

/** More would take minutes in fp32 and tell little more. */
const MAX_CALIBRATION_POSTS = 256;

async function convert(checkpoint: string, options: ConvertOptions): Promise<void> {
  const { convertCheckpoint } = await import('../../convert/convert.js');
  const started = performance.now();
  const bars = new Map<string, Progress>();
  const show = ({ part, doneBytes, totalBytes }: ConvertProgress): void => {
    if (!bars.has(part)) bars.set(part, startProgress(part));
    bars.get(part)?.update(doneBytes, totalBytes);
  };
  const int8 = options.precision === 'int8';
  const calibration = int8 ? { calibration: await calibrationOf(options) } : {};
  const pack = await untilInterrupted((signal) =>
    convertCheckpoint({
      checkpoint: resolve(checkpoint),
      out: resolve(options.out),
      precision: options.precision,
      overwrite: options.overwrite,
      preprocessing: preprocessingOf(options),
      ...calibration,
      onProgress: show,
      signal,
    }),
  ).finally(() => {
    for (const bar of bars.values()) bar.stop();
  });
  const { manifest } = pack;
  console.log(
    `${manifest.name}: ${manifest.family}, ${manifest.head.kind} head, ${manifest.classNames.length} classes, ` +
      `${manifest.precision}`,
  );
  for (const sentence of manifest.inferred) console.log(`  inferred: ${sentence}`);
  console.log(`pack ${pack.hash.slice(0, 12)} in ${options.out} (${seconds(started)} s)`);
}

function seconds(started: number): string {
  return ((performance.now() - started) / 1000).toFixed(2);
}
