/** From an app's context to its stack. */
import { App, type Stack, Tags } from 'aws-cdk-lib/core';
import { ModerationError } from '../../contract/errors.js';
import { defined } from '../constructs/defined.js';
import { parseAppContext } from './app-context.js';
import { BatchStack } from './batch-stack.js';
import { EndpointStack } from './endpoint-stack.js';

/** @throws ModerationError `invalid_configuration`, listing every unknown key and bad value of the context */
export function createStack(app: App): Stack {
  const settings = parseAppContext(app.node.getAllContext() as Record<string, unknown>);
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

/** Runs the app as `cdk` starts it, and gives the exit code. What is wrong with the settings is told without a trace. */
export function runApp(): number {
  const app = new App();
  try {
    createStack(app);
    app.synth();
    return 0;
  } catch (error) {
    if (!(error instanceof ModerationError)) throw error;
    console.error(error.message);
    return 1;
  }
}
