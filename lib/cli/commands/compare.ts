import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { DEVICES } from '../../contract/environment.js';
import { finiteNumber, share, wholeNumber } from '../arguments.js';
import type { SideOptions } from '../evaluate/compared-side.js';
import { addDataOptions } from '../evaluate/data-options.js';
import type { GateOptions } from '../evaluate/gates.js';
import { EXIT } from '../failure.js';
import { resumable, untilInterrupted } from '../terminal/interrupt.js';
import { startProgress } from '../terminal/progress.js';

interface CompareOptions extends SideOptions, GateOptions {
  policyA?: string;
  policyB?: string;
  thresholdsA?: string;
  thresholdsB?: string;
  examples: number;
  bootstrap: number;
  seed: number;
  allowErrors: number;
  json: boolean;
}

export function define(command: Command): void {
  const whole = (flags: string, text: string, least: number): Option =>
    new Option(flags, text).argParser(wholeNumber(least));
  const gate = (flags: string, text: string, parser: (value: string) => number): Option =>
    new Option(flags, text).argParser(parser).helpGroup('Gates (exit code 1 when one fails):');
  command
    .argument('<a>', 'the present: predictions, or the folder of an evaluation, or a model (see below)')
    .argument('<b>', 'the candidate, likewise');
  addDataOptions(command)
    .option('--out <dir>', 'folder for comparison.json, comparison.html and new predictions')
    .option('--region <region>', 'AWS region of endpoints (default: from the AWS configuration)')
    .addOption(new Option('--device <device>', 'where models run here (default: auto)').choices(DEVICES))
    .option('--policy-a <file>', 'decide A by this policy')
    .option('--policy-b <file>', 'decide B by this policy')
    .option('--thresholds-a <list>', 'decide A by 0.5 or by name=0.4,other=0.6 (default: as the model did)')
    .option('--thresholds-b <list>', 'the same for B')
    .addOption(whole('--examples <number>', 'flips to name, per class and direction', 0).default(10))
    .addOption(
      whole('--bootstrap <number>', 'paired resamples for the intervals, 0 for none', 0).default(1000),
    )
    .addOption(whole('--seed <number>', 'of the resamples', 0).default(0))
    .addOption(whole('--allow-errors <number>', 'rows that may stay unjudged', 0).default(0))
    .option('--json', 'print the comparison as JSON', false)
    .addOption(gate('--max-flips <share>', 'labels that may flip, of rows times classes', share))
    .addOption(gate('--max-released <share>', 'rows that A flags and B does not, of all', share))
    .addOption(gate('--max-probability-difference <number>', 'most that a probability may move', share))
    .addOption(
      gate('--min-f1-difference <number>', 'macro F1 of B minus that of A, e.g. -0.01', finiteNumber),
    )
    .addOption(gate('--min-recall-difference <number>', 'the same of macro recall', finiteNumber))
    .addOption(gate('--min-auc-difference <number>', 'the same of macro ROC-AUC', finiteNumber))
    .addOption(
      new Option('--by-interval', 'a gate on a difference holds for its whole interval')
        .default(false)
        .helpGroup('Gates (exit code 1 when one fails):'),
    )
    .addHelpText('after', HELP)
    .action(compare);
}

const HELP = `
Compares two models, precisions, thresholds or policies on the same labelled posts: differences of the metrics with paired
bootstrap intervals, and the labels that flip, with ids and no texts. A side is a predictions.jsonl, the folder of an
evaluation, or what makes predictions of --data: a model's folder, http://HOST:PORT, or endpoint:NAME.
Exit code 1 when a gate fails or more rows than --allow-errors could not be judged.

Examples:
  moderate compare results/fp32 results/int8 --max-flips 0.005 --min-f1-difference -0.01
  moderate compare results results --policy-b policy.json --out with-policy
  moderate compare models/fp32 models/int8 --data test.csv --images images --out fp32-int8`;

async function compare(a: string, b: string, options: CompareOptions): Promise<void> {
  const { reportingClientErrors } = await import('../predict/client-errors.js');
  await reportingClientErrors(async () => {
    const work = untilInterrupted((signal) => run(a, b, options, signal));
    await resumable(work, 'the same command goes on with what was predicted');
  });
}

async function run(a: string, b: string, options: CompareOptions, signal: AbortSignal): Promise<true> {
  const { readSide } = await import('../evaluate/compared-side.js');
  const { nameOf, pairSets } = await import('../evaluate/pair-sets.js');
  const { compareSets } = await import('../evaluate/compare-sets.js');
  const { gatesOf } = await import('../evaluate/gates.js');
  const left = await readSide(a, 'a', options, signal);
  const right = await readSide(b, 'b', options, signal);
  const paired = pairSets(left, right);
  const progress = startProgress('measuring');
  const comparison = await compareSets(paired, {
    ...options,
    a: { policy: options.policyA, thresholds: options.thresholdsA },
    b: { policy: options.policyB, thresholds: options.thresholdsB },
    signal,
    onProgress: (done) => progress.update(done, 1),
  }).finally(progress.stop);
  const gates = gatesOf(comparison, options);
  const nameAt = (index: number): string => {
    const line = paired.a.judged[index];
    return line === undefined ? '' : nameOf(line);
  };
  const named = {
    ...comparison,
    gates,
    flips: comparison.flips.map((flip) => ({
      ...flip,
      up: { ...flip.up, exampleIds: flip.up.examples.map(nameAt) },
      down: { ...flip.down, exampleIds: flip.down.examples.map(nameAt) },
    })),
  };
  await writeResults(options.out, named);
  const { renderComparisonTable } = await import('../evaluate/render-comparison.js');
  console.log(
    options.json ? JSON.stringify(named, null, 2) : renderComparisonTable(comparison, gates, nameAt),
  );
  const { reportUnjudged } = await import('../evaluate/unjudged.js');
  reportUnjudged(comparison.data, options.allowErrors, 'The predictions tell each of them.');
  if (gates.some(({ passed }) => !passed)) process.exitCode = EXIT.failure;
  return true;
}

async function writeResults(
  out: string | undefined,
  comparison: import('../../evaluate/comparison/comparison.js').Comparison,
): Promise<void> {
  if (out === undefined) return;
  const { renderComparison } = await import('../../evaluate/report/comparison-report.js');
  const { asJson, makeFolder, writeFiles } = await import('../evaluate/write-files.js');
  await makeFolder(resolve(out));
  await writeFiles(resolve(out), {
    'comparison.json': asJson(comparison),
    'comparison.html': await renderComparison(comparison),
  });
  console.error(`Report: ${join(out, 'comparison.html')}`);
}
