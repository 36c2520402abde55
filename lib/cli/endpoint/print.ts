/** An endpoint for people. */
import type { InstancePool, InstancePoolSummary } from '@aws-sdk/client-sagemaker';
import { type EndpointFacts, isSettled, isWell, logGroup, modelsOf } from './describe.js';

export function printEndpoint(name: string, { endpoint, config, stack }: EndpointFacts): void {
  const { EndpointStatus: status, EndpointConfigName, LastModifiedTime, ProductionVariants = [] } = endpoint;
  console.log(`${name}: ${status}${LastModifiedTime ? `, changed ${LastModifiedTime.toISOString()}` : ''}`);
  console.log(`  configuration: ${EndpointConfigName}${config === undefined ? ' (deleted)' : ''}`);
  console.log(`  models: ${modelsOf(config).join(', ') || 'inference components, or unknown'}`);
  console.log(`  stack: ${stack ?? 'none'}`);
  for (const variant of [...ProductionVariants, ...(endpoint.ShadowProductionVariants ?? [])]) {
    const { VariantName, CurrentInstanceCount: current, DesiredInstanceCount: desired } = variant;
    const described = [
      ...(config?.ProductionVariants ?? []),
      ...(config?.ShadowProductionVariants ?? []),
    ].find((one) => one.VariantName === VariantName);
    const kind =
      poolOf(variant.InstancePools ?? described?.InstancePools) ??
      described?.InstanceType ??
      (variant.CurrentServerlessConfig ? 'serverless' : 'unknown type');
    const counts = current === undefined ? '' : `, ${current} of ${desired ?? current} instances`;
    const weight = variant.CurrentWeight === undefined ? '' : `, weight ${variant.CurrentWeight}`;
    const [state] = variant.VariantStatus ?? [];
    console.log(`  ${VariantName}: ${kind}${counts}${weight}${state?.Status ? `, ${state.Status}` : ''}`);
  }
  printHealth(name, endpoint);
}

/** Types of a pool in the order of preference, each with the instances that run where that is known. */
function poolOf(pools: readonly (InstancePoolSummary | InstancePool)[] | undefined): string | undefined {
  if (pools === undefined || pools.length === 0) return undefined;
  const types = pools.map((pool) => {
    const running = 'CurrentInstanceCount' in pool ? ` (${pool.CurrentInstanceCount})` : '';
    return `${pool.InstanceType}${running}`;
  });
  return `pool of ${types.join(', ')}`;
}

/** Whether it answers, and where to look when it does not. */
export function printHealth(name: string, endpoint: EndpointFacts['endpoint']): void {
  const { EndpointStatus: status, FailureReason: reason } = endpoint;
  if (isWell(endpoint)) {
    console.log('  health: answers');
    return;
  }
  const undone = status === 'InService' && reason !== undefined;
  const health = undone
    ? 'answers as before; the last update failed and was undone'
    : isSettled(endpoint)
      ? 'does not answer'
      : 'is changing';
  console.log(`  health: ${health}`);
  if (reason !== undefined) console.log(`  reason: ${reason}`);
  if (isSettled(endpoint)) console.log(`  ${advice(name, reason)}`);
}

/** A container that never came up leaves no log: then the cause lies in what runs it. */
function advice(name: string, reason: string | undefined): string {
  const log = `log: aws logs tail ${logGroup(name)} --since 1h`;
  if (reason !== undefined && /CannotStartContainer|could not start|driver/i.test(reason)) {
    return `${log}\n  No log at all: the machine image does not fit the image's CUDA version (amiVersion), or the image is for another processor.`;
  }
  if (reason !== undefined && /capacity|quota|limit/i.test(reason)) {
    return `${log}\n  Ask for quota of the instance type in Service Quotas, name several types (instancePool), or take another type or region.`;
  }
  return `${log}\n  No log group: the container never started; check the image, its role and the machine image (amiVersion).`;
}
