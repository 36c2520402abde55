import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { share, wholeNumber } from '../arguments.js';
import { EXIT } from '../failure.js';
import { untilInterrupted } from '../terminal/interrupt.js';
import { startProgress } from '../terminal/progress.js';
import type { Answers } from '../verify/answers.js';
import type { Comparison } from '../verify/compare-answers.js';

interface VerifyOptions {
  against: string;
  items?: string;
  count?: number;
  maxFlips: number;
  maxDifference?: number;
  json: boolean;
}

const GENERATED = 120;

export function define(command: Command): void {
  command
    .argument('<pack>', 'folder of the model pack to verify')
    .requiredOption('--against <dir>', 'folder of the pack that it is held to, of the same model in fp32')
    .option('--items <file>', 'posts as JSON Lines: {"text": …, "image": path}; default: made-up posts')
    .addOption(
      new Option(
        '--count <number>',
        `posts to compare (default: all, or ${GENERATED} made-up ones)`,
      ).argParser(wholeNumber(1)),
    )
    .addOption(
      new Option('--max-flips <share>', 'labels that may differ, of all').argParser(share).default(0.005),
    )
    .addOption(new Option('--max-difference <number>', 'most that a probability may differ').argParser(share))
    .option('--json', 'print JSON', false)
    .addHelpText(
      'after',
      `
Classifies the same posts with both packs, as the server would, and tells how far the probabilities are apart and how
many labels differ at the deployed thresholds. Exit code 1 when that is too much.

Examples:
  moderate verify models/int8 --against models/fp32
  moderate verify models/int8 --against models/fp32 --items posts.jsonl --max-flips 0.005 --json`,
    )
    .action(verify);
}

async function verify(pack: string, options: VerifyOptions): Promise<void> {
  const { answersOf } = await import('../verify/answers.js');
  const { compareAnswers } = await import('../verify/compare-answers.js');
  const posts = await postsOf(options);
  const progress = startProgress('classifying');
  let done = 0;
  const onPost = (): void => progress.update(++done, 2 * posts.length);
  const [actual, expected] = await untilInterrupted(
    async (signal) =>
      [
        await answersOf(resolve(pack), posts, { onPost, signal }),
        await answersOf(resolve(options.against), posts, { onPost, signal }),
      ] as const,
  ).finally(progress.stop);
  const comparison = compareAnswers(actual, expected);
  const passed =
    comparison.flipShare <= options.maxFlips &&
    comparison.maxDifference <= (options.maxDifference ?? Number.POSITIVE_INFINITY);
  console.log(options.json ? asJson(comparison, actual, expected, passed) : asTable(comparison, passed));
  if (!passed) process.exitCode = EXIT.failure;
}

async function postsOf({ items, count }: VerifyOptions) {
  if (items === undefined) {
    const { generatePosts } = await import('../posts/generate-posts.js');
    return generatePosts(count ?? GENERATED);
  }
  const { readPosts } = await import('../posts/read-posts.js');
  return readPosts(resolve(items), count ?? Number.POSITIVE_INFINITY);
}

function asJson(comparison: Comparison, actual: Answers, expected: Answers, passed: boolean): string {
  return JSON.stringify(
    { pack: actual.packHash, against: expected.packHash, passed, ...comparison },
    null,
    2,
  );
}

function asTable({ posts, classes, ...total }: Comparison, passed: boolean): string {
  const rows = [...classes, { name: 'all', ...total }];
  const width = Math.max(5, ...rows.map(({ name }) => name.length));
  return [
    `${'class'.padEnd(width)}  max difference  mean difference  flips of ${posts}`,
    ...rows.map(
      ({ name, maxDifference, meanDifference, flips }) =>
        `${name.padEnd(width)}  ${maxDifference.toFixed(6).padStart(14)}  ${meanDifference.toFixed(6).padStart(15)}  ${flips}`,
    ),
    `${(100 * total.flipShare).toFixed(2)} % of labels differ: ${passed ? 'within the limits' : 'too much'}`,
  ].join('\n');
}
