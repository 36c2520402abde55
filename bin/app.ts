/** The CDK app: `npx cdk synth`, `npx cdk deploy -c instanceType=ml.g5.xlarge`. Settings: docs/deploy.md. */
import { runApp } from '../lib/infra/stacks/create-stack.js';

process.exitCode = runApp();
