import type { DeployedEndpoint, WantedEndpoint } from './endpoint.js';

/**
 * Instances of a variant's new fleet during an update. With retained properties the count that scaling has reached holds,
 * whatever the new configuration says; undefined where it is known only at deployment, or for serverless.
 */
export function fleetSize(
  deployed: DeployedEndpoint,
  wanted: WantedEndpoint,
  variantName: string,
): number | undefined {
  const before = deployed.variants.find(({ name }) => name === variantName);
  const retained = wanted.retainAll && !wanted.exceptRetained.includes('DesiredInstanceCount');
  if (retained && before !== undefined) return before.desiredCount ?? before.currentCount;
  return wanted.variants.find(({ name }) => name === variantName)?.initialCount;
}
