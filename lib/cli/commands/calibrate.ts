import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { DEVICES } from '../../contract/environment.js';
import type { BandGoal, ThresholdGoal } from '../../evaluate/thresholds/choice.js';
import { share } from '../arguments.js';
import { type GoalOptions, METHODS } from '../calibrate/goals.js';
import { addDataOptions, type ParsedDataOptions } from '../evaluate/data-options.js';
import type { TargetOptions } from '../predict/target.js';
import { resumable, untilInterrupted } from '../terminal/interrupt.js';
import { wrongCall } from '../wrong-call.js';

interface CalibrateOptions extends GoalOptions, TargetOptions, ParsedDataOptions {
  out?: string;
  name: string;
  byModality: boolean;
  temperature: boolean;
  auditShare: number;
  dryRun: boolean;
}

export function define(command: Command): void {
  const number = (flags: string, text: string, parser: (value: string) => number): Option =>
    new Option(flags, text).argParser(parser);
  command
    .argument('<predictions>', 'as `moderate evaluate` saves them; with --data, the file to save them in')
    .option('--out <file>', 'policy to write')
    .addOption(new Option('--method <method>', 'how thresholds are chosen').choices(METHODS).default('grid'))
    .addOption(number('--target <share>', 'of the methods precision, recall and budget, 0 to 1', share))
    .addOption(number('--miss-cost <number>', 'of a harmful post that is let pass (method cost)', cost))
    .addOption(
      number('--false-alarm-cost <number>', 'of a harmless post that is stopped (method cost)', cost),
    )
    .addOption(number('--review-precision <share>', 'posts are flagged without review from here on', share))
    .addOption(number('--review-recall <share>', 'of the harmful posts, those reviewed or flagged', share))
    .addOption(number('--review-budget <share>', 'of all posts, those reviewed at most', share))
    .addOption(number('--review-cost <number>', 'of reviewing one post (method cost)', cost))
    .option('--by-modality', 'other thresholds for text, image and both, where there is enough data', false)
    .option('--temperature', 'fit temperatures, for calibrated probabilities in replies', false)
    .addOption(number('--audit-share <share>', 'allowed posts that are reviewed at random', share).default(0))
    .option('--name <name>', 'of the policy, up to 128 characters', 'policy')
    .option('--dry-run', 'print the choice and write no policy', false);
  addDataOptions(command)
    .option('--model <dir>', 'with --data: model pack or checkpoint to run here')
    .option('--url <address>', 'with --data: a running container')
    .option('--endpoint <name>', 'with --data: a SageMaker endpoint')
    .option('--region <region>', 'AWS region of the endpoint (default: from the AWS configuration)')
    .addOption(new Option('--device <device>', 'where a model runs here (default: auto)').choices(DEVICES))
    .addHelpText('after', HELP)
    .action(calibrate);
}

const HELP = `
Chooses a threshold, and a review band, for each class on labelled predictions; prints what they reach there and writes
them as a policy for moderate serve (docs/policy.md). Methods:
  grid        the original's: best F1 among 0.05, 0.10 … 0.95
  exact       best F1 among all thresholds
  precision   largest recall at this precision at least (--target)
  recall      fewest flags at this recall at least (--target)
  budget      at most this share of the posts predicted, by any class (--target)
  cost        least cost, at --miss-cost and --false-alarm-cost
A goal that cannot be reached is an error, which tells the nearest point. The same rows cannot also measure the choice:
run moderate evaluate on others. With --data the posts are classified first; of MMHS150K the split val is the default, and
an interrupted run goes on.

Examples:
  moderate calibrate predictions.jsonl --out policy.json
  moderate calibrate val.jsonl --data val.csv --images images --model models/pack --out policy.json
  moderate calibrate predictions.jsonl --method precision --target 0.9 --by-modality --out policy.json
  moderate calibrate predictions.jsonl --review-precision 0.95 --review-recall 0.9 --audit-share 0.01 --out policy.json
  moderate calibrate predictions.jsonl --method cost --miss-cost 10 --false-alarm-cost 1 --review-cost 0.5 --dry-run`;

async function calibrate(predictions: string, options: CalibrateOptions): Promise<void> {
  const { out, dryRun, name } = options;
  if (dryRun === (out !== undefined)) wrongCall('give --out, or --dry-run to write nothing');
  if (name.length === 0 || name.length > 128) wrongCall('--name has 1 to 128 characters');
  checkPlaces(options);
  const { bandOf, goalOf } = await import('../calibrate/goals.js');
  const goals = { goal: goalOf(options), band: bandOf(options) };
  const { reportingClientErrors } = await import('../predict/client-errors.js');
  const file = resolve(predictions);
  await reportingClientErrors(async () => {
    const work = untilInterrupted(async (signal) => {
      if (options.data !== undefined) {
        const { collectData } = await import('../calibrate/collect-data.js');
        await collectData(options.data, file, options, signal);
      }
      await choose(file, options, goals, signal);
      return true;
    });
    await resumable(
      work,
      options.data === undefined ? 'nothing was written' : `the same command goes on with ${predictions}`,
    );
  });
}

/** More parts are more chances of a false alarm. */
const PARTS_WARNING =
  'the policy has frames and windows judged, and these predictions were made without; thresholds hold for posts of one ' +
  'part. Make them again with --frames --windows, or by calibrate --data';

async function choose(
  file: string,
  { out, name, byModality, temperature, auditShare }: CalibrateOptions,
  { goal, band }: { readonly goal: ThresholdGoal; readonly band: BandGoal },
  signal: AbortSignal,
): Promise<void> {
  const { loadCalibration } = await import('../calibrate/load-calibration.js');
  const { chooseThresholds } = await import('../../evaluate/thresholds/choose.js');
  const { makePolicy } = await import('../calibrate/make-policy.js');
  const { renderChoices, warningsOf } = await import('../calibrate/render-choices.js');
  const { writePolicy } = await import('../calibrate/write-policy.js');
  const found = await loadCalibration(file);
  const choices = chooseThresholds(found.scores, { goal, band, byCombination: byModality });
  console.log(renderChoices(choices));
  const { policy, unscaled } = makePolicy(found, choices, { name, goal, band, temperature, auditShare });
  const warnings = [
    ...warningsOf(choices),
    ...unscaled.map((className) => `${className} has no temperature that fits; it keeps 1`),
    ...Object.entries(found.unjudged).map(([code, rows]) => `${rows} rows are in no figure: ${code}`),
    ...(found.wholePosts ? [] : [PARTS_WARNING]),
    ...(found.demonstration ? ['this is the demonstration model: its figures mean nothing'] : []),
  ];
  for (const warning of warnings) console.error(`warning: ${warning}`);
  signal.throwIfAborted();
  if (out === undefined) return;
  const sha256 = await writePolicy(resolve(out), policy);
  console.log(`\n${out}: policy ${sha256.slice(0, 12)} for the pack ${policy.pack.slice(0, 12)}`);
}

function checkPlaces({ data, model, url, endpoint }: CalibrateOptions): void {
  const places = [model, url, endpoint].filter((place) => place !== undefined).length;
  if (places !== (data === undefined ? 0 : 1)) {
    wrongCall('--data goes with one of --model, --url and --endpoint');
  }
}

/** Parses an option that is a cost. */
function cost(value: string): number {
  const parsed = Number(value);
  if (value.trim() !== '' && Number.isFinite(parsed) && parsed >= 0) return parsed;
  throw new InvalidArgumentError(`expected a number from 0, got ${JSON.stringify(value)}`);
}
