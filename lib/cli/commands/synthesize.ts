import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { PRESETS, type PresetName } from '../../checkpoint/synthesize/presets.js';
import { wholeNumber } from '../arguments.js';
import { untilInterrupted } from '../terminal/interrupt.js';
import { startProgress } from '../terminal/progress.js';

interface SynthesizeOptions {
  preset: PresetName;
  out: string;
  seed: number;
  outliers: boolean;
}

export function define(command: Command): void {
  command
    .addOption(
      new Option('--preset <name>', 'shape of the checkpoint')
        .choices(Object.keys(PRESETS))
        .makeOptionMandatory(),
    )
    .requiredOption('--out <dir>', 'folder to write')
    .option('--seed <number>', 'the same seed gives the same bytes', wholeNumber(0), 1)
    .option('--outliers', 'plant activation outliers, as trained encoders have', false)
    .addHelpText(
      'after',
      `
Writes a checkpoint with exactly the tensors, names and shapes of a published one and random weights: to measure speed,
memory and conversion without the published weights. Its answers mean nothing.

Example:
  moderate synthesize --preset siglip2-base --out models/random   (1.5 GB)`,
    )
    .action(synthesizeCheckpoint);
}

async function synthesizeCheckpoint(options: SynthesizeOptions): Promise<void> {
  const { synthesize } = await import('../../checkpoint/synthesize/synthesize.js');
  const progress = startProgress('writing');
  await untilInterrupted((signal) =>
    synthesize({
      preset: options.preset,
      out: resolve(options.out),
      seed: options.seed,
      outliers: options.outliers,
      onProgress: progress.update,
      signal,
    }),
  ).finally(progress.stop);
  console.log(`${options.preset} with random weights in ${options.out}`);
}
