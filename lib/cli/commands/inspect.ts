import { resolve } from 'node:path';
import type { Command } from 'commander';
import { EXIT } from '../failure.js';
import { untilInterrupted } from '../terminal/interrupt.js';
import { startProgress } from '../terminal/progress.js';

interface InspectCommandOptions {
  json: boolean;
  hash: boolean;
}

export function define(command: Command): void {
  command
    .argument('<model>', 'folder of a model pack or a checkpoint, or a safetensors file')
    .option('--json', 'print JSON', false)
    .option('--no-hash', 'read no file to its end: no hashes, and a pack is not verified')
    .addHelpText(
      'after',
      `
Tells family, head, dimensions, parameters, precision, thresholds, preprocessing, hashes, published metrics, and what is
inferred rather than stated. For a checkpoint it tells what conversion would write. Exit code 1 when it cannot be
converted or served.

Examples:
  moderate inspect models/demo
  moderate inspect model.safetensors --json`,
    )
    .action(inspectModel);
}

/** Less than this is hashed before a bar would be seen. */
const SHOWN_BYTES = 100_000_000;

async function inspectModel(model: string, options: InspectCommandOptions): Promise<void> {
  const { inspect } = await import('../inspect/inspect.js');
  const hashing = startProgress('hashing');
  const onProgress = (done: number, total: number): void => {
    if (total >= SHOWN_BYTES) hashing.update(done, total);
  };
  const inspection = await untilInterrupted((signal) =>
    inspect(resolve(model), { hash: options.hash, onProgress, signal }),
  ).finally(hashing.stop);
  if (options.json) {
    console.log(JSON.stringify(inspection, null, 2));
  } else {
    const { render } = await import('../inspect/render.js');
    console.log(render(inspection));
  }
  if (inspection.problems.length > 0) process.exitCode = EXIT.failure;
}
