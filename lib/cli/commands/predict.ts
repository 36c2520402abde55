import { type Command, Option } from 'commander';
import { ACTIONS } from '../../contract/action.js';
import { DEVICES } from '../../contract/environment.js';
import { wholeNumber } from '../arguments.js';
import { EXIT } from '../failure.js';
import { addPartsOptions, type ParsedPartsOptions, partsOptionsOf } from '../parts-options.js';
import type { InputFormat } from '../predict/rows.js';
import type { FileReport } from '../predict/run-file.js';
import type { TargetOptions } from '../predict/target.js';
import { resumable, untilInterrupted } from '../terminal/interrupt.js';
import { startProgress } from '../terminal/progress.js';
import { wrongCall } from '../wrong-call.js';

interface PredictOptions extends TargetOptions, ParsedPartsOptions {
  text?: string;
  image?: string;
  json: boolean;
  input?: string;
  output?: string;
  format?: InputFormat;
  images?: string;
  textColumn: string;
  imageColumn: string;
  idColumn: string;
  concurrency?: number;
  maxItems?: number;
  maxRequestBytes?: number;
  downscale: boolean;
}

export function define(command: Command): void {
  addPartsOptions(command)
    .option('--model <dir>', 'model pack or checkpoint to run here (default: models/demo)')
    .option('--url <address>', 'a running container, instead of a model')
    .option('--endpoint <name>', 'a SageMaker endpoint, instead of a model')
    .option('--region <region>', 'AWS region of the endpoint (default: from the AWS configuration)')
    .addOption(new Option('--device <device>', 'where a model runs here (default: auto)').choices(DEVICES))
    .option('--text <text>', 'the text of one post')
    .option('--image <file>', 'its image: JPEG, PNG, WebP, GIF, TIFF, AVIF or BMP')
    .option('--json', 'print the prediction as the service answers it', false)
    .option('--input <file>', 'many posts: CSV with a header line, or JSON Lines')
    .option('--output <file>', 'their answers as JSON Lines; a run that was interrupted goes on')
    .addOption(
      new Option('--format <format>', 'of the input (default: by its extension)').choices(['csv', 'jsonl']),
    )
    .option('--images <dir>', "folder of the input's image paths (default: that of the input)")
    .option('--text-column <name>', 'column or field with the text', 'text')
    .option('--image-column <name>', 'column or field with the path of the image', 'image')
    .option('--id-column <name>', 'column or field with the id', 'id')
    .addOption(number('--concurrency <number>', 'requests at a time (default: 4)'))
    .addOption(number('--max-items <number>', 'posts in a request (default: 32)'))
    .addOption(
      number('--max-request-bytes <number>', 'bytes of a request (default: 25000000; serverless: 4000000)'),
    )
    .option('--downscale', 'downscale large images before they travel; changes scores a little', false)
    .addHelpText('after', HELP)
    .action(predict);
}

const HELP = `
One post is printed. Of a file, every row gets one line in the output: its prediction or its error. Run the same command
again to go on after an interruption; rows that failed for a passing reason are then tried again. Exit code 1 when rows
have errors: they were not judged.

Examples:
  moderate predict --text "a quiet morning by the lake"
  moderate predict --endpoint moderation --text "look at this" --image photo.jpg --json
  moderate predict --input posts.csv --output out.jsonl
  moderate predict --url http://127.0.0.1:8080 --input posts.jsonl --output out.jsonl`;

async function predict(options: PredictOptions): Promise<void> {
  const many = options.input !== undefined || options.output !== undefined;
  const one = options.text !== undefined || options.image !== undefined;
  if (many === one) {
    wrongCall('give one post (--text, --image or both) or a file of posts (--input and --output)');
  }
  const { reportingClientErrors } = await import('../predict/client-errors.js');
  await reportingClientErrors(() => (many ? predictFile(options) : predictPost(options)));
}

async function predictPost({ text, image, json, downscale, ...rest }: PredictOptions): Promise<void> {
  const { withClient } = await import('../predict/target.js');
  const { imageFile } = await import('../../client/index.js');
  const { printClassification } = await import('../predict/print-classification.js');
  await untilInterrupted((signal) =>
    withClient(rest, { downscale }, signal, async (client) => {
      const post = { text, image: image === undefined ? null : imageFile(image) };
      const classification = await client.classify(post, { signal, ...partsOptionsOf(rest) });
      if (json) console.log(JSON.stringify(classification.prediction));
      else printClassification(classification);
    }),
  );
}

async function predictFile(options: PredictOptions): Promise<void> {
  const { input: file, output, concurrency, maxItems, maxRequestBytes, downscale, ...rest } = options;
  if (file === undefined || output === undefined) {
    wrongCall('a file of posts needs both --input and --output');
  }
  const { withClient } = await import('../predict/target.js');
  const { runFile } = await import('../predict/run-file.js');
  const columns = { text: rest.textColumn, image: rest.imageColumn, id: rest.idColumn };
  const input = {
    file,
    columns,
    ...(rest.format && { format: rest.format }),
    ...(rest.images && { images: rest.images }),
  };
  const progress = startProgress('classifying');
  const work = untilInterrupted((signal) =>
    withClient(rest, { downscale }, signal, (client) =>
      runFile({
        client,
        input,
        output,
        options: { concurrency, maxItems, maxRequestBytes, ...partsOptionsOf(rest) },
        signal,
        onProgress: progress.update,
      }),
    ),
  ).finally(progress.stop);
  const report = await resumable(work, `the same command goes on with ${output}`);
  if (report !== undefined) printReport(report, output);
}

function printReport({ rows, resumed, harmful, errors, ...decided }: FileReport, output: string): void {
  const failed = [...errors.values()].reduce((sum, count) => sum + count, 0);
  const earlier = resumed > 0 ? `, ${resumed} of them in an earlier run` : '';
  console.error(`${rows} rows in, ${rows} lines in ${output}${earlier}`);
  console.error(`${rows - failed} answered, ${harmful} of them harmful; ${failed} errors`);
  if (decided.decisions.size > 0) console.error(decisionLine(decided));
  if (failed === 0) return;
  for (const [code, count] of errors) console.error(`  ${code}: ${count}`);
  console.error('Posts with an error were not judged. Run the command again to retry those that may pass.');
  process.exitCode = EXIT.failure;
}

function decisionLine({ decisions, audits }: Pick<FileReport, 'decisions' | 'audits'>): string {
  const counts = ACTIONS.map((action) => `${decisions.get(action) ?? 0} ${action}`).join(', ');
  return `decisions: ${counts}${audits > 0 ? `; ${audits} of those in review for an audit` : ''}`;
}

function number(flags: string, description: string): Option {
  return new Option(flags, description).argParser(wholeNumber(1));
}
