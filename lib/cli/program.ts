/** The command line: a table of commands, each loaded only when it is called. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { EXIT, reportFailure } from './failure.js';

/** What a command's file exports: it adds its description, options and action to a bare command. */
export interface CommandModule {
  readonly define: (command: Command) => void;
}

interface CommandEntry {
  readonly summary: string;
  readonly load: () => Promise<CommandModule>;
}

const COMMANDS: Record<string, CommandEntry> = {
  serve: {
    summary: 'answer /ping and /invocations over HTTP',
    load: () => import('./commands/serve.js'),
  },
  predict: {
    summary: 'classify a post, or a file of posts',
    load: () => import('./commands/predict.js'),
  },
  calibrate: {
    summary: 'choose thresholds on labelled predictions and write a policy',
    load: () => import('./commands/calibrate.js'),
  },
  evaluate: {
    summary: 'measure a model or an endpoint on labelled posts',
    load: () => import('./commands/evaluate.js'),
  },
  compare: {
    summary: 'compare two models, precisions or policies on the same posts',
    load: () => import('./commands/compare.js'),
  },
  monitor: {
    summary: "tell from an endpoint's captured data whether its scores have moved",
    load: () => import('./commands/monitor.js'),
  },
  emulate: {
    summary: "answer SageMaker's Runtime API on loopback, in front of a container",
    load: () => import('./commands/emulate.js'),
  },
  convert: {
    summary: 'turn a PyTorch checkpoint into a model pack',
    load: () => import('./commands/convert.js'),
  },
  package: {
    summary: 'write a model pack as model.tar.gz',
    load: () => import('./commands/package.js'),
  },
  upload: {
    summary: 'upload a model pack to S3',
    load: () => import('./commands/upload.js'),
  },
  batch: {
    summary: 'classify files in S3 by a SageMaker batch transform job',
    load: () => import('./commands/batch.js'),
  },
  endpoint: {
    summary: 'tell how a SageMaker endpoint is, wait for it, or delete it',
    load: () => import('./commands/endpoint.js'),
  },
  pull: {
    summary: 'download a published checkpoint from the hub',
    load: () => import('./commands/pull.js'),
  },
  inspect: {
    summary: 'tell what a checkpoint, a model pack or a safetensors file holds',
    load: () => import('./commands/inspect.js'),
  },
  verify: {
    summary: 'tell how far the answers of two model packs are apart',
    load: () => import('./commands/verify.js'),
  },
  synthesize: {
    summary: 'write a random checkpoint of a published shape, to test with',
    load: () => import('./commands/synthesize.js'),
  },
};

/** Runs one command and gives the exit code: 0 only on success, 2 when the call itself is wrong. */
export async function run(argv: readonly string[]): Promise<number> {
  const program = new Command('moderate')
    .description('Serve, convert and call multimodal moderation models.')
    .version(packageVersion(), '-V, --version')
    .addHelpText('after', '\nmoderate COMMAND --help explains a command and shows examples.')
    .exitOverride();
  const called = argv.find((argument) => !argument.startsWith('-'));
  for (const [name, { summary, load }] of Object.entries(COMMANDS)) {
    const command = program.command(name).summary(summary).description(summary).exitOverride();
    if (name === called || (called === 'help' && argv.includes(name))) (await load()).define(command);
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
    return Number(process.exitCode ?? EXIT.success);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.success : EXIT.usage;
    return reportFailure(error);
  }
}

function packageVersion(): string {
  const file = new URL('../../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
