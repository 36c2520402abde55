import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { DEVICES } from '../../contract/environment.js';
import { wholeNumber } from '../arguments.js';
import { addDataOptions, dataOptionsOf, type ParsedDataOptions } from '../evaluate/data-options.js';
import type { DecisionOptions } from '../evaluate/decision.js';
import { addPartsOptions, type ParsedPartsOptions, partsOptionsOf } from '../parts-options.js';
import type { TargetOptions } from '../predict/target.js';
import { resumable, untilInterrupted } from '../terminal/interrupt.js';
import { startProgress } from '../terminal/progress.js';
import { wrongCall } from '../wrong-call.js';

interface EvaluateOptions extends TargetOptions, ParsedDataOptions, ParsedPartsOptions, DecisionOptions {
  predictions?: string;
  out: string;
  ablation: boolean;
  templates?: string;
  baseline?: string;
  bootstrap: number;
  seed: number;
  allowErrors: number;
  json: boolean;
  concurrency?: number;
  maxItems?: number;
}

export function define(command: Command): void {
  const number = (flags: string, text: string, least: number): Option =>
    new Option(flags, text).argParser(wholeNumber(least));
  addPartsOptions(addDataOptions(command))
    .option('--model <dir>', 'model pack or checkpoint to run here')
    .option('--url <address>', 'a running container, instead of a model')
    .option('--endpoint <name>', 'a SageMaker endpoint, instead of a model')
    .option('--region <region>', 'AWS region of the endpoint (default: from the AWS configuration)')
    .addOption(new Option('--device <device>', 'where a model runs here (default: auto)').choices(DEVICES))
    .option('--predictions <file>', 'saved predictions, instead of data and a model')
    .requiredOption('--out <dir>', 'folder to write; a run that was interrupted goes on')
    .option('--policy <file>', 'decide by this policy')
    .option('--thresholds <list>', 'decide by 0.5 or by name=0.4,other=0.6 (default: as the model does)')
    .option('--ablation', 'judge posts with text and image by each alone as well', false)
    .option('--templates <file>', 'counterfactual sentences: a JSON file, or builtin')
    .option('--baseline <file>', 'an earlier evaluation.json, to tell drift against')
    .addOption(number('--bootstrap <number>', 'resamples for the intervals, 0 for none', 0).default(1000))
    .addOption(number('--seed <number>', 'of the resamples', 0).default(0))
    .addOption(number('--allow-errors <number>', 'rows that may stay unjudged', 0).default(0))
    .option('--json', 'print the evaluation as JSON', false)
    .addOption(number('--concurrency <number>', 'requests at a time (default: 4)', 1))
    .addOption(number('--max-items <number>', 'posts in a request (default: 32)', 1))
    .addHelpText('after', HELP)
    .action(evaluate);
}

const HELP = `
Judges labelled posts, saves the predictions (no texts) and measures them: predictions.jsonl, evaluation.json, report.html
and model-card.md. Rows that cannot be read or judged are counted by their error and in no figure; more of them than
--allow-errors are exit code 1. See docs/evaluation.md for the layouts of data and for MMHS150K.

Examples:
  moderate evaluate --data test.csv --images images --model models/pack --out results
  moderate evaluate --data test.jsonl --endpoint moderation --group-column language --ablation --out results
  moderate evaluate --data MMHS150K --split test --model models/pack --out results
  moderate evaluate --predictions results/predictions.jsonl --policy policy.json --out with-policy`;

async function evaluate(options: EvaluateOptions): Promise<void> {
  checkCall(options);
  const { reportingClientErrors } = await import('../predict/client-errors.js');
  await reportingClientErrors(async () => {
    const work = untilInterrupted((signal) => run(options, signal));
    await resumable(work, `the same command goes on with ${options.out}`);
  });
}

function checkCall({ data, predictions, templates, ...target }: EvaluateOptions): void {
  const places = [target.model, target.url, target.endpoint].filter((place) => place !== undefined).length;
  if ((data === undefined) === (predictions === undefined)) wrongCall('give either --data or --predictions');
  if (data !== undefined && places !== 1) wrongCall('--data needs one of --model, --url and --endpoint');
  if (predictions !== undefined && places > (templates === undefined ? 0 : 1)) {
    wrongCall('--predictions needs no --model, --url or --endpoint');
  }
  if (templates !== undefined && places !== 1) {
    wrongCall('--templates needs one of --model, --url and --endpoint');
  }
}

async function run(options: EvaluateOptions, signal: AbortSignal): Promise<true> {
  const { makeFolder } = await import('../evaluate/write-files.js');
  const out = resolve(options.out);
  await makeFolder(out);
  const { predictions, counterfactuals } = await judge(options, out, signal);
  const { readPredictions } = await import('../../evaluate/data/predictions-file.js');
  const { evaluateSet } = await import('../evaluate/evaluate-set.js');
  const set = await readPredictions(
    predictions,
    options.predictions === undefined ? undefined : options.limit,
  );
  const progress = startProgress('measuring');
  const { evaluation: measured, policy } = await evaluateSet(set, {
    ...options,
    signal,
    onProgress: (share) => progress.update(share, 1),
  }).finally(progress.stop);
  const evaluation = { ...measured, ...(counterfactuals && { counterfactuals }) };
  await writeResults(out, evaluation, policy);
  const { renderEvaluation } = await import('../evaluate/render-evaluation.js');
  if (options.json) console.log(JSON.stringify(evaluation, null, 2));
  else console.log(`${renderEvaluation(evaluation)}\n\nReport: ${join(options.out, 'report.html')}`);
  const { reportUnjudged } = await import('../evaluate/unjudged.js');
  const advice = 'predictions.jsonl tells each; run the command again to retry those that may pass.';
  reportUnjudged(evaluation.data, options.allowErrors, advice);
  return true;
}

/** The file of predictions, complete, and what the model makes of the templates. */
async function judge(options: EvaluateOptions, out: string, signal: AbortSignal) {
  const { data, predictions, templates } = options;
  if (predictions !== undefined && templates === undefined) return { predictions: resolve(predictions) };
  const { withClient } = await import('../predict/target.js');
  const { collectPredictions } = await import('../evaluate/collect-predictions.js');
  const { openData } = await import('../../evaluate/data/open-data.js');
  const { askTemplates } = await import('../evaluate/ask-templates.js');
  const { loadTemplates } = await import('../../evaluate/data/templates.js');
  const source = data === undefined ? undefined : await openData(dataOptionsOf(data, options));
  const loaded = templates === undefined ? undefined : await loadTemplates(templates);
  const output = predictions === undefined ? join(out, 'predictions.jsonl') : resolve(predictions);
  const { concurrency, maxItems, ablation } = options;
  const progress = startProgress('classifying');
  const work = withClient(options, {}, signal, async (client) => {
    if (source !== undefined) {
      const earlier = await collectPredictions({
        client,
        data: source,
        output,
        ablation,
        options: { concurrency, maxItems, ...partsOptionsOf(options) },
        signal,
        onProgress: progress.update,
      });
      if (earlier > 0) console.error(`${earlier} rows were answered in an earlier run`);
    }
    return loaded && askTemplates(client, loaded, signal);
  });
  const counterfactuals = await work.finally(progress.stop);
  return { predictions: output, counterfactuals };
}

async function writeResults(
  out: string,
  evaluation: import('../../evaluate/evaluation.js').Evaluation,
  policy: import('../../contract/policy.js').Policy | undefined,
): Promise<void> {
  const { renderReport } = await import('../../evaluate/report/report.js');
  const { renderModelCard } = await import('../../evaluate/report/model-card.js');
  const { asJson, writeFiles } = await import('../evaluate/write-files.js');
  const { fromCheckout } = await import('../package/from-checkout.js');
  const shown = policy === undefined ? {} : { policy };
  await writeFiles(out, {
    'evaluation.json': asJson(evaluation),
    'model-card.md': renderModelCard(evaluation, shown),
    'report.html': await fromCheckout('evaluate', () => renderReport(evaluation, shown)),
  });
}
