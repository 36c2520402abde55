/** Model card and registered model of a stack's model. */
import type { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ModerationError } from '../../contract/errors.js';
import { instanceFacts } from '../../sagemaker/instance-types.js';
import { containerEnvironment } from '../constructs/container/container-environment.js';
import { targetFor } from '../constructs/container/target-for.js';
import { defined } from '../constructs/defined.js';
import { ModelCard } from '../constructs/governance/model-card.js';
import { readModelReport } from '../constructs/governance/model-report.js';
import { RegisteredModel } from '../constructs/governance/registered-model.js';
import { instanceTypesOf } from '../constructs/hosting/hosting.js';
import { ModelSource } from '../constructs/model/model-source.js';
import type { AppContext } from './app-context.js';
import { imageSource } from './sources.js';

export function addGovernance(stack: Stack, settings: AppContext): void {
  if (settings.model.startsWith('s3://')) {
    throw new ModerationError(
      'invalid_configuration',
      `governance reads the reports of a model folder, and the model is ${settings.model}; name a folder, or leave governance out.`,
    );
  }
  const report = readModelReport(settings.model);
  new ModelCard(stack, 'ModelCard', { report });
  const scope = new Construct(stack, 'Registry');
  const instanceTypes = instanceTypesOf(defined(settings));
  const facts = instanceFacts(instanceTypes[0]);
  new RegisteredModel(scope, 'Model', {
    report,
    model: ModelSource.fromPack(settings.model).bind(new Construct(scope, 'Files'), 'tarball'),
    image: imageSource(settings).bind(scope, targetFor(facts)),
    environment: containerEnvironment(
      defined({ precision: settings.precision }),
      facts?.gpu ? 'cuda' : 'cpu',
    ),
    instanceTypes,
  });
}
