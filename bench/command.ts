import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { wholeNumber } from '../lib/cli/arguments.js';
import type { BenchOptions } from './plan.js';
import { SCENARIOS } from './posts/post-stream.js';
import { projectRoot } from './project-root.js';

const PRECISIONS = ['fp32', 'int8'] as const;
const MAX_CONCURRENCY = 1024;
const MAX_SECONDS = 600;

/** Parses the arguments of `npm run bench`. Throws commander's CommanderError when they are wrong. */
export function parseOptions(argv: readonly string[]): BenchOptions {
  const command = define();
  command.parse(argv, { from: 'user' });
  const options = command.opts<BenchOptions>();
  return {
    ...options,
    cache: resolve(options.cache),
    out: resolve(options.out),
    ...(options.checkpoint !== undefined && { checkpoint: resolve(options.checkpoint) }),
  };
}

function define(): Command {
  return new Command('bench')
    .description('Measure this server, and the original handler on PyTorch, with the same posts.')
    .option('--scenario <names>', `of ${SCENARIOS.join(', ')} (default: all)`, listOf(oneOf(SCENARIOS)))
    .option(
      '--concurrency <numbers>',
      'posts in flight (default: 1,8,32)',
      listOf(wholeNumber(1, MAX_CONCURRENCY)),
    )
    .option('--precision <names>', 'of fp32, int8', listOf(oneOf(PRECISIONS)), [...PRECISIONS])
    .option('--rounds <number>', 'times that everything is measured (default: 3)', wholeNumber(1, 100))
    .option('--seconds <number>', 'length of a measuring window (default: 6)', seconds)
    .option('--quick', 'one round of short windows: under six minutes, rough figures', false)
    .option('--no-peer', 'leave the original handler out')
    .option('--growth', 'also measure growth by batch size, text length, image size and load', false)
    .option('--checkpoint <dir>', 'a checkpoint of your own (default: one of full size is made up)')
    .option('--fresh', 'convert again, although the cache holds the packs', false)
    .option('--cache <dir>', 'folder for the checkpoint, the packs and the peer’s packages', defaultCache())
    .option('--out <dir>', 'folder for latest.json and latest.md', join(projectRoot, 'bench', 'results'))
    .exitOverride()
    .addHelpText(
      'after',
      `
Takes about 35 minutes and 3 GB of disk. Progress on stderr, tables in Markdown on stdout. The peer needs a Python with
the packages of bench/peer/requirements.txt: BENCH_PYTHON names one; else one is made with pip in the cache; else the
peer is left out, which is told. BENCH_CACHE names the cache as --cache does.

Examples:
  npm run bench
  npm run bench -- --quick --precision int8 --no-peer
  npm run bench -- --scenario text+image,repeats --concurrency 8 --rounds 1`,
    );
}

function defaultCache(): string {
  const named = process.env['BENCH_CACHE'];
  if (named) return named;
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'multimodal-moderation', 'bench');
}

/** Parses values separated by commas, each once. */
function listOf<T>(parse: (value: string) => T): (value: string) => T[] {
  return (value) => [...new Set(value.split(',').map((part) => parse(part.trim())))];
}

function oneOf<T extends string>(names: readonly T[]): (value: string) => T {
  return (value) => {
    const found = names.find((name) => name === value);
    if (found !== undefined) return found;
    throw new InvalidArgumentError(`expected one of ${names.join(', ')}, got ${JSON.stringify(value)}`);
  };
}

function seconds(value: string): number {
  const number = Number(value);
  if (value.trim() !== '' && number > 0 && number <= MAX_SECONDS) return number;
  throw new InvalidArgumentError(`expected seconds from 0 to ${MAX_SECONDS}, got ${JSON.stringify(value)}`);
}
