/** From an app's context to its stack. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Annotations, App, type Stack, Tags, Token } from 'aws-cdk-lib/core';
import { VALIDATION_REPORT_FILE } from 'aws-cdk-lib/cx-api';
import { ModerationError } from '../../contract/errors.js';
import { isTemplate, type Template } from '../../sagemaker/template/template.js';
import type { DeployCommand } from '../../sagemaker/update/endpoint.js';
import { defined } from '../constructs/defined.js';
import { ownContext, parseAppContext } from './app-context.js';
import { BatchStack } from './batch-stack.js';
import { deployCommand } from './deploy-command.js';
import { dockerHint } from './docker-hint.js';
import { EndpointStack } from './endpoint-stack.js';

/** @throws ModerationError `invalid_configuration`, listing every unknown key and bad value of the context */
export function createStack(app: App): Stack {
  const settings = parseAppContext(contextOf(app));
  const env = defined({
    account: settings.account ?? process.env['CDK_DEFAULT_ACCOUNT'],
    region: settings.region ?? process.env['CDK_DEFAULT_REGION'],
  });
  const Kind = settings.hosting === 'batch' ? BatchStack : EndpointStack;
  // On the stack itself, and on each resource: not every type takes the stack's.
  const tags = defined({ application: 'multimodal-moderation', 'cost-center': settings.costCenter });
  const stack = new Kind(app, settings.stackName, {
    settings,
    env,
    tags,
    description: 'Multimodal moderation on SageMaker',
  });
  for (const [name, value] of Object.entries(tags)) Tags.of(stack).add(name, value);
  return stack;
}

/** A synthesised stack, to be judged before it is deployed. */
export interface SynthesizedStack {
  readonly stackName: string;
  readonly account: string;
  readonly region: string;
  readonly template: Template;
  readonly deployCommand: DeployCommand;
}

/** Why the stack must not be deployed, each in a text; empty where it may. */
export type Review = (stack: SynthesizedStack) => Promise<readonly string[]>;

/**
 * Runs the app as `cdk` starts it, and gives the exit code. What is wrong with the settings is told without a trace.
 *
 * @param review asked where `cdk` found credentials. What it tells becomes errors of the stack, with which `cdk deploy`,
 * `diff` and `synth` end before they begin, while `cdk destroy` works.
 */
export async function runApp(review?: Review): Promise<number> {
  const app = new App();
  forgetReport(app);
  try {
    const hint = dockerHint(parseAppContext(contextOf(app)), contextOf(app), process.env);
    if (hint !== undefined) console.error(hint);
    const stack = createStack(app);
    const assembly = app.synth();
    const problems = await reviewed(app, stack, assembly.getStackByName(stack.stackName).template, review);
    return problems.length === 0 ? 0 : refuse(app, stack, problems);
  } catch (error) {
    if (!(error instanceof ModerationError)) throw error;
    console.error(error.message);
    return 1;
  }
}

/** Run by `cdk`, which tells the errors of a stack itself, or by hand, where CDK throws them. */
function refuse(app: App, stack: Stack, problems: readonly string[]): number {
  for (const problem of problems) Annotations.of(stack).addError(problem);
  try {
    app.synth({ force: true });
    return 0;
  } catch {
    for (const problem of problems) console.error(problem);
    return 1;
  }
}

/** `cdk` sets the account only where it has credentials; without them nothing can be deployed, and nothing is asked. */
async function reviewed(
  app: App,
  stack: Stack,
  template: unknown,
  review: Review | undefined,
): Promise<readonly string[]> {
  const { checkDeployed } = parseAppContext(contextOf(app));
  const { account, region, stackName } = stack;
  const credentials = process.env['CDK_DEFAULT_ACCOUNT'] !== undefined;
  if (review === undefined || !checkDeployed || !credentials || Token.isUnresolved(account)) return [];
  if (Token.isUnresolved(region) || !isTemplate(template)) return [];
  return review({
    stackName,
    account,
    region,
    template,
    deployCommand: deployCommand(ownContext(contextOf(app))),
  });
}

/**
 * What an earlier synthesis told about itself lies in the output folder. Where validation is off, none is written anew, and
 * `cdk` would go on telling the errors of a deployment that was refused.
 */
function forgetReport(app: App): void {
  rmSync(join(app.outdir, VALIDATION_REPORT_FILE), { force: true });
}

function contextOf(app: App): Record<string, unknown> {
  return app.node.getAllContext() as Record<string, unknown>;
}
