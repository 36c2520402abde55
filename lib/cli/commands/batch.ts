import type { Command } from 'commander';
import type { BatchJob } from '../../contract/batch-job.js';
import { ModerationError } from '../../contract/errors.js';
import { wholeNumber } from '../arguments.js';
import type { JobState } from '../batch/transform-job.js';
import { EXIT } from '../failure.js';
import { fromCheckout } from '../package/from-checkout.js';
import { StatusLine } from '../sagemaker/status-line.js';
import { resumable, untilInterrupted } from '../terminal/interrupt.js';
import { wrongCall } from '../wrong-call.js';

interface Where {
  region?: string;
  interval: number;
}

interface StartOptions extends Where {
  jobDefinition?: string;
  modelName?: string;
  input?: string;
  output?: string;
  name?: string;
  instanceType: string;
  instanceCount?: number;
  wait: boolean;
}

export function define(command: Command): void {
  command
    .option('--job-definition <file>', 'description of the job; - reads it from stdin')
    .option('--model-name <name>', 'a SageMaker model, instead of a description')
    .option('--input <address>', 's3://bucket/file.jsonl, or s3://bucket/prefix/ (default: as described)')
    .option('--output <address>', 's3://bucket/prefix/ (default: as described)')
    .option('--name <name>', 'of the job, unique in the account (default: from the time)')
    .option('--instance-type <type>', 'with --model-name', 'ml.g4dn.xlarge')
    .option('--instance-count <number>', 'instances (default: as described, or 1)', wholeNumber(1, 1000))
    .option('--no-wait', 'start the job and do not follow it')
    .addHelpText('after', HELP)
    .action(start);
  where(command);
  where(command.command('follow').description('follow a job until it is over').argument('<name>')).action(
    (name: string, _, own: Command) => follow(name, own.optsWithGlobals<Where>()),
  );
  where(
    command.command('stop').description('stop a job; what it has written stays').argument('<name>'),
  ).action((name: string, _, own: Command) => stop(name, own.optsWithGlobals<Where>()));
}

function where(command: Command): Command {
  return command
    .option('--region <region>', 'AWS region (default: from the AWS configuration)')
    .option('--interval <seconds>', 'between two looks (default: 15)', wholeNumber(1, 3600));
}

const HELP = `
Input files are JSON Lines, one post a line; for each, FILE.out holds exactly one line a line, in order: a prediction or
an error. A line with an error was not judged. SageMaker runs the job: Ctrl-C ends the following, not the job.
Exit code 1 when the job fails or is stopped, 130 after Ctrl-C.

Examples:
  npx cdk deploy -c hosting=batch --outputs-file batch.json
  moderate batch --job-definition batch.json --input s3://bucket/batch/input/posts.jsonl
  moderate batch --job-definition batch.json --no-wait
  moderate batch follow moderation-20260102030405-ab12cd
  moderate batch stop moderation-20260102030405-ab12cd`;

async function start(options: StartOptions): Promise<void> {
  const job = await description(options);
  const { newJobName, JOB_NAME, startJob } = await load();
  const { withSageMaker } = await import('../sagemaker/client.js');
  const name = options.name ?? newJobName(new Date());
  if (!JOB_NAME.test(name)) {
    throw new ModerationError(
      'invalid_configuration',
      `--name is ${JSON.stringify(name)}; expected 1 to 63 letters, digits and hyphens.`,
    );
  }
  await withSageMaker(options.region, (client) => startJob(client, name, job));
  console.error(`started ${name}: ${job.TransformInput.DataSource.S3DataSource.S3Uri}`);
  if (options.wait) return follow(name, options);
  console.error(`moderate batch follow ${name} tells when it is over`);
  console.log(name);
}

async function description({ modelName, jobDefinition, ...options }: StartOptions): Promise<BatchJob> {
  if ((modelName === undefined) === (jobDefinition === undefined)) {
    wrongCall('give either --job-definition or --model-name');
  }
  const { jobForModel, readJobDefinition, withPlaces } = await import('../batch/job-definition.js');
  const { instanceType, instanceCount, input, output } = options;
  const job =
    modelName === undefined
      ? await readJobDefinition(jobDefinition ?? '')
      : jobForModel({ modelName, instanceType, instanceCount: instanceCount ?? 1, input, output });
  const { TransformResources } = job;
  const InstanceCount = instanceCount ?? TransformResources.InstanceCount;
  return withPlaces(
    { ...job, TransformResources: { ...TransformResources, InstanceCount } },
    { input, output },
  );
}

async function follow(name: string, { region, interval = 15 }: Where): Promise<void> {
  const { followJob } = await load();
  const { withSageMaker } = await import('../sagemaker/client.js');
  const line = new StatusLine();
  const work = untilInterrupted((signal) =>
    withSageMaker(region, (client) =>
      followJob(client, name, ({ TransformJobStatus: status }) => line.update(`${name}: ${status}`), {
        intervalMs: 1000 * interval,
        signal,
      }),
    ),
  ).finally(() => line.stop());
  const state = await resumable(
    work,
    `the job goes on; \`moderate batch follow ${name}\` follows it, \`moderate batch stop ${name}\` ends it`,
  );
  if (state !== undefined) await report(name, state);
}

async function report(name: string, state: JobState): Promise<void> {
  const { TransformJobStatus: status, TransformStartTime: from, TransformEndTime: to, FailureReason } = state;
  const output = state.TransformOutput?.S3OutputPath;
  const seconds = from && to ? Math.round((to.getTime() - from.getTime()) / 1000) : undefined;
  console.error(`${name}: ${status}${seconds === undefined ? '' : ` after ${seconds} s of computing`}`);
  if (status === 'Completed') {
    console.error('Look at each line: those with an error were not judged.');
    console.log(output);
    return;
  }
  process.exitCode = EXIT.failure;
  if (FailureReason !== undefined) console.error(`  reason: ${FailureReason}`);
  const { LOG_GROUP } = await load();
  console.error(`  log: aws logs tail ${LOG_GROUP} --log-stream-name-prefix ${name}/`);
  console.error(`  Files without a whole .out below ${output} were not judged.`);
}

async function stop(name: string, { region }: Where): Promise<void> {
  const { stopJob } = await load();
  const { withSageMaker } = await import('../sagemaker/client.js');
  const stopped = await withSageMaker(region, (client) => stopJob(client, name));
  console.error(
    stopped ? `${name} stops; files without a whole .out were not judged` : `${name} is over already`,
  );
}

function load() {
  return fromCheckout('batch', () => import('../batch/transform-job.js'));
}
