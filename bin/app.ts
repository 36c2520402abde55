/** The CDK app: `npx cdk synth`, `npx cdk deploy -c instanceType=ml.g5.xlarge`. Settings: docs/deploy.md. */
import { runApp } from '../lib/infra/stacks/create-stack.js';

process.exitCode = await runApp(async (stack) => {
  // Loaded where it is needed: most of a synthesis needs no AWS client.
  const { reviewDeployment } = await import('../lib/cli/deploy/review-deployment.js');
  return reviewDeployment(stack);
});
