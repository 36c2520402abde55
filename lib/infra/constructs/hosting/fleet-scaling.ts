/** How the instances of a real-time or asynchronous endpoint follow their load. */
import { Duration, Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { computable, secondsOf } from '../tokens.js';
import { EndpointMetrics } from '../watch/endpoint-metrics.js';
import type { FleetVariant } from './endpoint-fleet.js';
import type { AsyncHosting, Hosting, RealtimeHosting } from './hosting.js';
import { sharedFacts } from './instance-pool.js';
import { Scalable } from './scaling.js';
import { scalingBounds } from './scaling-options.js';

const NO_MAXIMUM = 'maxInstances must not be below it; give maxInstances as well';
const DIMENSION = 'sagemaker:variant:DesiredInstanceCount';
/** Where the instance type is known only at deployment. */
const CAUTIOUS_TARGET = 4;

/** @param endpointName by GetAtt, so that policies come after the endpoint */
export function scaleFleet(
  scope: Construct,
  variants: readonly FleetVariant[],
  hosting: Hosting,
  endpointName: string,
): void {
  variants.forEach((variant, index) => {
    const id = index === 0 ? 'Scaling' : `Scaling${variant.name}`;
    if (hosting.kind === 'realtime') scaleOnRequests(scope, id, hosting, endpointName, variant);
    if (hosting.kind === 'async') scaleOnBacklog(scope, id, hosting, endpointName, variant.name);
  });
}

function scaleOnRequests(
  scope: Construct,
  id: string,
  hosting: RealtimeHosting,
  endpointName: string,
  { name, instances }: FleetVariant,
): void {
  const { scaling = {} } = hosting;
  if (scaling === false || scaling.paused === true) return;
  const { min, max } = scalingBounds(scaling, instances?.instanceCount ?? 1);
  const target = sharedFacts(instances?.instanceTypes ?? [])?.concurrencyTarget ?? CAUTIOUS_TARGET;
  const scalable = new Scalable(scope, id, {
    resourceId: `endpoint/${endpointName}/variant/${name}`,
    dimension: DIMENSION,
    min,
    max,
    schedules: scaling.schedules ?? [],
  });
  const { scaleOutCooldown = Duration.minutes(1), scaleInCooldown = Duration.minutes(5) } = scaling;
  const scaleOut = secondsOf('scaling.scaleOutCooldown', scaleOutCooldown);
  scalable.trackPredefined(
    'ConcurrentRequests',
    'SageMakerVariantConcurrentRequestsPerModelHighResolution',
    scaling.concurrentRequests ?? target,
    { scaleOut, scaleIn: secondsOf('scaling.scaleInCooldown', scaleInCooldown) },
  );
  const metric = new EndpointMetrics(endpointName, name).concurrentRequests();
  scalable.stepOut('Steps', metric, scaling.steps ?? [], scaleOut);
}

/** The backlog per instance does not exist without instances, so the first one comes by a step of its own. */
function scaleOnBacklog(
  scope: Construct,
  id: string,
  hosting: AsyncHosting,
  endpointName: string,
  variant: string,
): void {
  if (hosting.paused === true) return;
  const min = hosting.minInstances ?? 0;
  const scalable = new Scalable(scope, id, {
    resourceId: `endpoint/${endpointName}/variant/${variant}`,
    dimension: DIMENSION,
    min,
    max: hosting.maxInstances ?? Math.max(2, computable('minInstances', min, NO_MAXIMUM)),
  });
  scalable.trackEndpointMetric(
    'Backlog',
    'ApproximateBacklogSizePerInstance',
    endpointName,
    hosting.backlogPerInstance ?? 5,
    { scaleOut: 60, scaleIn: 600 },
  );
  const waiting = new EndpointMetrics(endpointName, variant).backlogWithoutCapacity();
  // A minimum that is known only at deployment may be zero.
  if (min === 0 || Token.isUnresolved(min))
    scalable.stepOut('FromZero', waiting, [{ concurrentRequests: 1, add: 1 }], 300);
}
