/** An endpoint as the properties of its CloudFormation resource want it; UpdateEndpoint takes the same names. */
import { at, listAt, numberAt, textAt } from '../../json.js';
import type {
  CapacitySize,
  DeploymentConfig,
  RetainedProperty,
  TrafficRouting,
  WantedEndpoint,
} from '../endpoint.js';
import { kindOf, variantsOf } from './endpoint-config.js';

/**
 * What is known only at deployment is left out, so that no rule judges it.
 *
 * @param name of the endpoint
 * @param endpoint properties of the endpoint
 * @param config properties of its configuration
 * @param alarms names of the alarms that exist; left out where nobody looked
 */
export function wantedEndpoint(
  name: string,
  endpoint: unknown,
  config: unknown,
  alarms?: ReadonlySet<string>,
): WantedEndpoint {
  const deployment = at(endpoint, 'DeploymentConfig');
  return {
    name,
    kind: kindOf(config),
    variants: variantsOf(config),
    retainAll: isTrue(at(endpoint, 'RetainAllVariantProperties')),
    exceptRetained: listAt(endpoint, 'ExcludeRetainedVariantProperties').flatMap(
      (entry) => (textAt(entry, 'VariantPropertyType') as RetainedProperty | undefined) ?? [],
    ),
    ...(deployment !== undefined && { deployment: deploymentOf(deployment, alarms) }),
  };
}

/** CloudFormation writes flags as text at times. */
function isTrue(flag: unknown): boolean {
  return flag === true || flag === 'true';
}

function deploymentOf(config: unknown, alarms: ReadonlySet<string> | undefined): DeploymentConfig {
  const names = listAt(config, 'AutoRollbackConfiguration', 'Alarms').map((alarm) =>
    textAt(alarm, 'AlarmName'),
  );
  const blueGreen = at(config, 'BlueGreenUpdatePolicy');
  const rolling = at(config, 'RollingUpdatePolicy');
  return {
    ...(blueGreen !== undefined && { blueGreen: blueGreenOf(blueGreen) }),
    ...(rolling !== undefined && { rolling: rollingOf(rolling) }),
    alarmCount: names.length,
    ...(alarms !== undefined && {
      missingAlarms: names.filter((name) => name !== undefined && !alarms.has(name)) as string[],
    }),
  };
}

function blueGreenOf(policy: unknown): NonNullable<DeploymentConfig['blueGreen']> {
  const terminationWaitSeconds = numberAt(policy, 'TerminationWaitInSeconds');
  const timeoutSeconds = numberAt(policy, 'MaximumExecutionTimeoutInSeconds');
  return {
    routing: routingOf(at(policy, 'TrafficRoutingConfiguration')),
    ...(terminationWaitSeconds !== undefined && { terminationWaitSeconds }),
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
  };
}

function routingOf(routing: unknown): TrafficRouting {
  const waitSeconds = numberAt(routing, 'WaitIntervalInSeconds');
  const canarySize = sizeOf(at(routing, 'CanarySize'));
  const linearStepSize = sizeOf(at(routing, 'LinearStepSize'));
  return {
    type: (textAt(routing, 'Type') ?? 'ALL_AT_ONCE') as TrafficRouting['type'],
    ...(waitSeconds !== undefined && { waitSeconds }),
    ...(canarySize !== undefined && { canarySize }),
    ...(linearStepSize !== undefined && { linearStepSize }),
  };
}

function rollingOf(policy: unknown): NonNullable<DeploymentConfig['rolling']> {
  const batchSize = sizeOf(at(policy, 'MaximumBatchSize'));
  const waitSeconds = numberAt(policy, 'WaitIntervalInSeconds');
  const timeoutSeconds = numberAt(policy, 'MaximumExecutionTimeoutInSeconds');
  return {
    ...(batchSize !== undefined && { batchSize }),
    ...(waitSeconds !== undefined && { waitSeconds }),
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
  };
}

function sizeOf(size: unknown): CapacitySize | undefined {
  const type = textAt(size, 'Type');
  const value = numberAt(size, 'Value');
  if (value === undefined || (type !== 'INSTANCE_COUNT' && type !== 'CAPACITY_PERCENT')) return undefined;
  return { type, value };
}
