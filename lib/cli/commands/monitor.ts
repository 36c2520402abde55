import { join, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { PERIODS, type Period } from '../../evaluate/data/capture/timeline.js';
import type { Traffic } from '../../evaluate/data/capture/traffic.js';
import type { Evaluation } from '../../evaluate/evaluation.js';
import { finiteNumber, share, wholeNumber } from '../arguments.js';
import type { DecisionOptions } from '../evaluate/decision.js';
import { EXIT } from '../failure.js';
import { untilInterrupted } from '../terminal/interrupt.js';
import { startProgress } from '../terminal/progress.js';
import { wrongCall } from '../wrong-call.js';

interface MonitorOptions extends DecisionOptions {
  baseline?: string;
  out?: string;
  pack?: string;
  from?: number;
  to?: number;
  period?: Period;
  maxPsi?: number;
  maxErrorShare?: number;
  allowErrors: number;
  bootstrap: number;
  seed: number;
  json: boolean;
}

export function define(command: Command): void {
  command
    .argument('<capture...>', 'captured files, folders of them, or s3://bucket/prefix')
    .option('--baseline <file>', 'evaluation.json of moderate evaluate, to tell drift against')
    .option('--out <dir>', 'folder for monitoring.json and monitoring.html')
    .option('--policy <file>', 'decide by this policy')
    .option('--thresholds <list>', 'decide by 0.5 or by name=0.4,other=0.6 (default: as the model did)')
    .option('--pack <hash>', 'the first characters of the only pack that counts')
    .addOption(new Option('--from <time>', 'the first moment that counts, ISO 8601').argParser(moment))
    .addOption(new Option('--to <time>', 'the first moment that no longer counts').argParser(moment))
    .addOption(
      new Option('--period <length>', 'of the timeline (default: hours up to two days)').choices(
        Object.keys(PERIODS),
      ),
    )
    .addOption(
      new Option(
        '--max-psi <number>',
        'fail when the PSI of a class is larger, and by more than chance',
      ).argParser(finiteNumber),
    )
    .addOption(
      new Option('--max-error-share <share>', 'fail when more posts have no answer').argParser(share),
    )
    .addOption(
      new Option('--allow-errors <number>', 'records that may be unreadable')
        .argParser(wholeNumber(0))
        .default(0),
    )
    .addOption(
      new Option('--bootstrap <number>', 'resamples for the intervals')
        .argParser(wholeNumber(0))
        .default(200),
    )
    .addOption(new Option('--seed <number>', 'of the resamples').argParser(wholeNumber(0)).default(0))
    .option('--json', 'print the result as JSON', false)
    .addHelpText('after', HELP)
    .action(monitor);
}

const HELP = `
Reads what SageMaker's data capture wrote of an endpoint and tells how scores, flag rates and modalities are spread and
whether they have moved since the baseline (population stability index). The endpoint must capture its output. Texts and
images in the captured requests are not looked at. Exit code 1 when a limit is exceeded or records are unreadable.

Examples:
  moderate monitor capture/ --baseline results/evaluation.json --out monitoring
  moderate monitor s3://my-bucket/capture/moderation/AllTraffic/2026/11/27 --baseline results --max-psi 0.25`;

async function monitor(places: string[], options: MonitorOptions): Promise<void> {
  if (options.maxPsi !== undefined && options.baseline === undefined) wrongCall('--max-psi needs --baseline');
  await untilInterrupted((signal) => run(places, options, signal));
}

async function run(places: readonly string[], options: MonitorOptions, signal: AbortSignal): Promise<void> {
  const { readBaseline } = await import('../evaluate/baseline.js');
  const { evaluateTraffic } = await import('../evaluate/evaluate-traffic.js');
  const { baseline: file } = options;
  const baseline = file === undefined ? undefined : await readBaseline(file);
  const traffic = await readTraffic(places, options, baseline, signal);
  tellRecords(traffic, baseline, options.allowErrors);
  if (traffic.classes.length === 0) {
    console.error('No captured post has an answer: there is nothing to measure.');
    process.exitCode = EXIT.failure;
    return;
  }
  const progress = startProgress('measuring');
  const name = places.length === 1 ? String(places[0]) : `${places.length} places`;
  const result = await evaluateTraffic(traffic, name, {
    ...options,
    baseline,
    signal,
    onProgress: (done) => progress.update(done, 1),
  }).finally(progress.stop);
  const { evaluation } = result;
  await writeResults(options.out, result, traffic);
  const { renderEvaluation } = await import('../evaluate/render-evaluation.js');
  console.log(options.json ? JSON.stringify(evaluation, null, 2) : renderEvaluation(evaluation));
  checkLimits(evaluation, options);
}

async function readTraffic(
  places: readonly string[],
  options: MonitorOptions,
  baseline: Evaluation | undefined,
  signal: AbortSignal,
): Promise<Traffic> {
  const { fromCheckout } = await import('../package/from-checkout.js');
  const { captureLines } = await fromCheckout('monitor', () => import('../evaluate/capture-lines.js'));
  const { Traffic } = await import('../../evaluate/data/capture/traffic.js');
  const { pack, from, to } = options;
  const traffic = new Traffic({ classes: baseline?.data.classes, pack, from, to });
  const progress = startProgress('reading');
  try {
    for await (const line of captureLines(places, { signal, onProgress: progress.update })) traffic.add(line);
  } finally {
    progress.stop();
  }
  return traffic;
}

function tellRecords(traffic: Traffic, baseline: Evaluation | undefined, allowed: number): void {
  const { records, duplicates, leftOut, unreadable, models } = traffic;
  console.error(`${records} records, ${duplicates} more were there twice, ${leftOut} left out as asked`);
  const packs = [...models.keys()];
  if (packs.length > 1) {
    console.error('Several packs answered; --pack names one:');
    for (const [pack, { posts }] of models) console.error(`  ${pack.slice(0, 12)}: ${posts} posts`);
  }
  const expected = baseline?.model?.pack;
  if (expected && packs.some((pack) => pack !== expected)) {
    console.error(`The baseline is of the pack ${expected.slice(0, 12)}: drift also tells the models apart.`);
  }
  let bad = 0;
  for (const [code, count] of unreadable) {
    bad += count;
    console.error(`  ${code}: ${count} records`);
  }
  if (bad <= allowed) return;
  console.error(`${bad} records are unreadable; at most ${allowed} may be (--allow-errors).`);
  process.exitCode = EXIT.failure;
}

function checkLimits({ drift, data }: Evaluation, { maxPsi, maxErrorShare }: MonitorOptions): void {
  const moved = drift?.classes.filter(
    ({ psi, byChance }) => maxPsi !== undefined && psi > maxPsi && psi > byChance,
  );
  for (const { name, psi } of moved ?? [])
    console.error(`PSI of ${name} is ${psi.toFixed(3)}, above ${maxPsi}`);
  const errors = data.rows === 0 ? 0 : data.unjudged.rows / data.rows;
  const failing = maxErrorShare !== undefined && errors > maxErrorShare;
  if (failing) console.error(`${(100 * errors).toFixed(2)} % of the posts have no answer`);
  if (failing || (moved && moved.length > 0)) process.exitCode = EXIT.failure;
}

async function writeResults(
  out: string | undefined,
  { evaluation, policy }: { evaluation: Evaluation; policy?: import('../../contract/policy.js').Policy },
  { records, duplicates, leftOut, unreadable, models }: Traffic,
): Promise<void> {
  if (out === undefined) return;
  const { renderReport } = await import('../../evaluate/report/report.js');
  const { asJson, makeFolder, writeFiles } = await import('../evaluate/write-files.js');
  const { fromCheckout } = await import('../package/from-checkout.js');
  await makeFolder(resolve(out));
  const capture = {
    records,
    duplicates,
    leftOut,
    unreadable: Object.fromEntries(unreadable),
    packs: Object.fromEntries([...models].map(([pack, { posts }]) => [pack, posts])),
  };
  await writeFiles(resolve(out), {
    'monitoring.json': asJson({ ...evaluation, capture }),
    'monitoring.html': await fromCheckout('monitor', () =>
      renderReport(evaluation, policy === undefined ? {} : { policy }),
    ),
  });
  console.error(`Report: ${join(out, 'monitoring.html')}`);
}

function moment(value: string): number {
  const time = Date.parse(value);
  if (!Number.isNaN(time)) return time;
  throw new InvalidArgumentError(`expected a time as ISO 8601, got ${JSON.stringify(value)}`);
}
