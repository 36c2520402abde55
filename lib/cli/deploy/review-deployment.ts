/** Compares what the app synthesised with what stands, so that `cdk deploy` stops before its change set. */
import type { Template } from '../../sagemaker/template/template.js';
import type { DeployCommand, Refusal } from '../../sagemaker/update/endpoint.js';
import type { StackPlace } from './aws-deployed-state.js';

export interface ReviewedStack extends StackPlace {
  readonly template: Template;
  readonly deployCommand: DeployCommand;
}

/** Milliseconds for all calls together. Synthesis must not hang on a network that swallows packets. */
const TIME_LIMIT_MS = 8000;

/**
 * Why AWS would refuse the deployment, each as a text with commands; empty where it accepts, or where it could not be
 * asked, which is told in one line on stderr.
 */
export async function reviewDeployment(
  stack: ReviewedStack,
  timeLimitMs = TIME_LIMIT_MS,
): Promise<readonly string[]> {
  const { AwsDeployedState } = await import('./aws-deployed-state.js');
  const { deploymentRefusals } = await import('./deployment-refusals.js');
  const state = new AwsDeployedState(stack, AbortSignal.timeout(timeLimitMs));
  try {
    const refusals = await deploymentRefusals(state, stack.template, stack.deployCommand);
    return byCommands(refusals).map(refusalText);
  } catch (error) {
    console.error(
      `Not compared with what is deployed: ${reason(error, timeLimitMs)} (-c checkDeployed=false leaves it out).`,
    );
    return [];
  } finally {
    state.close();
  }
}

/** Refusals of one update have the same commands, which are told once. */
function byCommands(refusals: readonly Refusal[]): readonly (readonly Refusal[])[] {
  const groups = new Map<string, Refusal[]>();
  for (const refusal of refusals) {
    const key = refusal.fix.join('\n');
    groups.set(key, [...(groups.get(key) ?? []), refusal]);
  }
  return [...groups.values()];
}

function refusalText(refusals: readonly Refusal[]): string {
  const problems = refusals.map(({ problem, source }) => `${problem}\n  (${source})`);
  const commands = (refusals[0]?.fix ?? []).map((command) => `\n    ${command}`);
  const how = commands.length === 0 ? '' : `\n  To get there:${commands.join('')}`;
  // cdk writes something of its own behind the last line, which must not be a command.
  return `${problems.join('\n')}${how}\n  (-c checkDeployed=false leaves this check out)`;
}

function reason(error: unknown, timeLimitMs: number): string {
  const { name, message } = error as Error;
  return /abort|timeout/i.test(name)
    ? `AWS did not answer within ${timeLimitMs / 1000} s`
    : firstLine(message);
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').replace(/\.$/, '');
}
