import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { ModerationError } from '../../contract/errors.js';
import { wholeNumber } from '../arguments.js';
import { EXIT } from '../failure.js';
import { fromCheckout } from '../package/from-checkout.js';
import { StatusLine } from '../sagemaker/status-line.js';
import { resumable, untilInterrupted } from '../terminal/interrupt.js';
import { wrongCall } from '../wrong-call.js';

interface Options {
  region?: string;
  json: boolean;
  interval: number;
  yes: boolean;
}

export function define(command: Command): void {
  const named = (name: string, summary: string): Command =>
    command
      .command(name)
      .description(summary)
      .argument('<name>', 'of the endpoint')
      .option('--region <region>', 'AWS region (default: from the AWS configuration)');
  named('status', 'tell how an endpoint is')
    .option('--json', "print SageMaker's own description", false)
    .action(status);
  named('wait', 'wait until it is created or updated')
    .option('--interval <seconds>', 'between two looks', wholeNumber(1, 3600), 15)
    .action(wait);
  named('delete', 'delete it, with its configuration and the models that nothing else uses')
    .option('--yes', 'do not ask', false)
    .option('--interval <seconds>', 'between two looks', wholeNumber(1, 3600), 10)
    .action(remove);
  command.addHelpText('after', HELP);
}

const HELP = `
status and wait exit with 1 when the endpoint does not answer, or when its last update failed and was undone. Ctrl-C ends
the waiting; SageMaker goes on. An endpoint that a stack made is deleted by \`npx cdk destroy\`, never here.

Examples:
  moderate endpoint status moderation
  moderate endpoint wait moderation && moderate predict --endpoint moderation --text "a quiet morning"
  moderate endpoint delete trial --yes`;

async function status(name: string, { region, json }: Options): Promise<void> {
  const { endpointFacts, isWell, isSettled } = await load();
  const { withSageMaker } = await import('../sagemaker/client.js');
  const facts = await withSageMaker(region, (client) => endpointFacts(client, name));
  if (json)
    console.log(JSON.stringify({ ...facts, endpoint: { ...facts.endpoint, $metadata: undefined } }, null, 2));
  else (await import('../endpoint/print.js')).printEndpoint(name, facts);
  if (isSettled(facts.endpoint) && !isWell(facts.endpoint)) process.exitCode = EXIT.failure;
}

async function wait(name: string, { region, interval }: Options): Promise<void> {
  const { describeEndpoint, isSettled, isWell } = await load();
  const { withSageMaker } = await import('../sagemaker/client.js');
  const { poll } = await import('../sagemaker/poll.js');
  const line = new StatusLine();
  const work = untilInterrupted((signal) =>
    withSageMaker(region, (client) =>
      poll(
        async () => {
          const state = await describeEndpoint(client, name);
          line.update(`${name}: ${state.EndpointStatus}`);
          return state;
        },
        isSettled,
        { intervalMs: 1000 * interval, signal },
      ),
    ),
  ).finally(() => line.stop());
  const state = await resumable(work, `SageMaker goes on; \`moderate endpoint wait ${name}\` waits again`);
  if (state === undefined) return;
  console.log(`${name}: ${state.EndpointStatus}`);
  (await import('../endpoint/print.js')).printHealth(name, state);
  if (!isWell(state)) process.exitCode = EXIT.failure;
}

async function remove(name: string, { region, yes, interval }: Options): Promise<void> {
  const { endpointFacts } = await load();
  const { belongingsOf, removeEndpoint } = await import('../endpoint/remove.js');
  const { withSageMaker } = await import('../sagemaker/client.js');
  const work = untilInterrupted((signal) =>
    withSageMaker(region, async (client) => {
      const facts = await endpointFacts(client, name);
      refuseManaged(name, facts.stack);
      const belongings = await belongingsOf(client, name, facts);
      const { config, models, shared } = belongings;
      const parts = [`the endpoint ${name}`, config && `its configuration ${config}`, ...models];
      console.error(`To delete: ${parts.filter(Boolean).join(', ')}.`);
      if (shared.length > 0) console.error(`Kept, because others use it: ${shared.join(', ')}.`);
      if (!yes && !(await confirmed(name, signal))) return console.error('Nothing was deleted.');
      await removeEndpoint(client, name, belongings, { intervalMs: 1000 * interval, signal });
      console.error(`Deleted. Logs stay under /aws/sagemaker/Endpoints/${name}.`);
    }),
  );
  await resumable(work, `look with \`moderate endpoint status ${name}\` what is left, and delete again`);
}

function refuseManaged(name: string, stack: string | undefined): void {
  if (stack === undefined) return;
  throw new ModerationError(
    'invalid_configuration',
    `The endpoint ${name} belongs to the CloudFormation stack ${stack}, which would be broken without it. ` +
      `Delete it with: npx cdk destroy -c stackName=${stack}`,
  );
}

/** The name is typed, not a letter: endpoints look alike. */
async function confirmed(name: string, signal: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY) wrongCall('nobody can be asked here; give --yes to delete without a question');
  const questions = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await questions.question(`Type ${name} to delete it: `, { signal })).trim() === name;
  } finally {
    questions.close();
  }
}

function load() {
  return fromCheckout('endpoint', () => import('../endpoint/describe.js'));
}
