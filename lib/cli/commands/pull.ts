import { resolve } from 'node:path';
import type { Command } from 'commander';
import { DEFAULT_ENCODERS, DEFAULT_REPOSITORY, PUBLISHED_MODELS } from '../../hub/published.js';
import type { PulledFile } from '../../hub/pull.js';
import { EXIT } from '../failure.js';
import { fromCheckout } from '../package/from-checkout.js';
import { resumable, untilInterrupted } from '../terminal/interrupt.js';
import { type Progress, startProgress } from '../terminal/progress.js';
import { decimalBytes } from '../terminal/units.js';

interface PullCommandOptions {
  out?: string;
  revision?: string;
  encoder?: string;
  hubUrl?: string;
  token?: string;
  overwrite: boolean;
  list: boolean;
}

/** Names of the variables that all tools of the hub read. */
const HUB_TOKEN = 'HF_TOKEN';
const HUB_ENDPOINT = 'HF_ENDPOINT';

export function define(command: Command): void {
  command
    .argument('[repository]', 'OWNER/NAME of the classifier on the hub', DEFAULT_REPOSITORY)
    .option('--out <dir>', 'folder of the checkpoint')
    .option('--revision <name>', 'branch, tag or commit of the classifier (default: main)')
    .option(
      '--encoder <repository>',
      'OWNER/NAME[@REVISION] of its encoder (default: as its config names it)',
    )
    .option('--hub-url <url>', `the hub or a mirror of it (env: ${HUB_ENDPOINT})`)
    .option('--token <token>', `access token; better in ${HUB_TOKEN}, where other users cannot see it`)
    .option('--overwrite', 'replace files of the folder that have another content', false)
    .option('--list', 'list the published classifiers and stop', false)
    .addHelpText(
      'after',
      `
Downloads a classifier's weights and configuration, and the tokenizer and preprocessor of its encoder. Only safetensors
and JSON files are read, never code or pickles. Each file is checked against the hub's hash; what was interrupted goes on
where it stopped. pull.json records the commits.

Examples:
  moderate pull --out models/siglip2
  moderate pull ${PUBLISHED_MODELS[2].repository} --out models/clip-mtl
  moderate serve --model models/siglip2`,
    )
    .action((repository: string, options: PullCommandOptions) =>
      options.list ? list() : pullCheckpoint(repository, options, command),
    );
}

function list(): void {
  for (const { name, repository, family } of PUBLISHED_MODELS) {
    const mark = repository === DEFAULT_REPOSITORY ? '(default)' : '';
    console.log(
      `${name.padEnd(14)} ${repository}  ${mark}\n${''.padEnd(14)} encoder ${DEFAULT_ENCODERS[family]}`,
    );
  }
  console.log(
    '\nThese are the names in the original README; which files each holds was not verified by this project.',
  );
}

async function pullCheckpoint(
  repository: string,
  options: PullCommandOptions,
  command: Command,
): Promise<void> {
  if (options.out === undefined) command.error("error: required option '--out <dir>' not specified");
  const { out } = options;
  const { pull } = await fromCheckout('pull', () => import('../../hub/pull.js'));
  const bars = new Map<string, Progress>();
  const work = untilInterrupted((signal) =>
    pull({
      repository,
      revision: options.revision,
      encoder: options.encoder,
      out: resolve(out),
      hub: {
        url: options.hubUrl ?? (process.env[HUB_ENDPOINT] || undefined),
        token: options.token ?? (process.env[HUB_TOKEN] || undefined),
      },
      overwrite: options.overwrite,
      onRepository: (found) => console.log(`${found.repository} at ${found.commit} (${found.revision})`),
      onProgress: (file, done, total) => {
        if (total < SHOWN_BYTES) return;
        if (!bars.has(file)) bars.set(file, startProgress(file));
        bars.get(file)?.update(done, total);
      },
      onFile: (file) => {
        bars.get(file.name)?.stop();
        tell(file);
      },
      signal,
    }),
  ).finally(() => {
    for (const bar of bars.values()) bar.stop();
  });
  if (await resumable(work, 'the same command goes on from here')) await conclude(out);
}

/** Smaller files have arrived before a bar would be seen. */
const SHOWN_BYTES = 5_000_000;

function tell({ name, bytes, state }: PulledFile): void {
  console.log(
    `  ${name.padEnd(26)} ${decimalBytes(bytes).padStart(9)}  ${state === 'present' ? 'was there' : 'downloaded'}`,
  );
}

/** Tells what was pulled; a checkpoint that cannot be converted is told here, not at the next command. */
async function conclude(out: string): Promise<void> {
  const { inspectCheckpoint } = await import('../inspect/checkpoint.js');
  const { headline } = await import('../inspect/render.js');
  const inspection = await inspectCheckpoint(resolve(out), { hash: false });
  console.log(headline(inspection));
  for (const problem of inspection.problems) console.error(`moderate: ${problem}`);
  if (inspection.problems.length > 0) process.exitCode = EXIT.failure;
  else console.log(`Next: moderate serve --model ${out}   (moderate inspect ${out} tells more)`);
}
