/** How the instances of a real-time or asynchronous endpoint follow their load. */
import type { Construct } from 'constructs';
import { EndpointMetrics } from '../watch/endpoint-metrics.js';
import type { AsyncHosting, Hosting, Instances, RealtimeHosting } from './hosting.js';
import { instanceFacts } from './instance-type.js';
import { Scalable } from './scaling.js';
import { scalingBounds } from './scaling-options.js';

const DIMENSION = 'sagemaker:variant:DesiredInstanceCount';
/** Where the instance type is known only at deployment. */
const CAUTIOUS_TARGET = 4;

export interface ScaledFleet {
  readonly instances: Instances | undefined;
  readonly variantNames: readonly string[];
}

/** @param endpointName by GetAtt, so that policies come after the endpoint */
export function scaleFleet(
  scope: Construct,
  fleet: ScaledFleet,
  hosting: Hosting,
  endpointName: string,
): void {
  const target = instanceFacts(fleet.instances?.instanceType ?? '')?.concurrencyTarget ?? CAUTIOUS_TARGET;
  fleet.variantNames.forEach((variant, index) => {
    const id = index === 0 ? 'Scaling' : `Scaling${variant}`;
    if (hosting.kind === 'realtime') scaleOnRequests(scope, id, hosting, endpointName, variant, target);
    if (hosting.kind === 'async') scaleOnBacklog(scope, id, hosting, endpointName, variant);
  });
}

function scaleOnRequests(
  scope: Construct,
  id: string,
  hosting: RealtimeHosting,
  endpointName: string,
  variant: string,
  target: number,
): void {
  const { scaling = {}, instanceCount = 1 } = hosting;
  if (scaling === false) return;
  const { min, max } = scalingBounds(scaling, instanceCount);
  const scalable = new Scalable(scope, id, {
    resourceId: `endpoint/${endpointName}/variant/${variant}`,
    dimension: DIMENSION,
    min,
    max,
    schedules: scaling.schedules ?? [],
  });
  const scaleOut = scaling.scaleOutCooldown?.toSeconds() ?? 60;
  scalable.trackPredefined(
    'ConcurrentRequests',
    'SageMakerVariantConcurrentRequestsPerModelHighResolution',
    scaling.concurrentRequests ?? target,
    { scaleOut, scaleIn: scaling.scaleInCooldown?.toSeconds() ?? 300 },
  );
  const metric = new EndpointMetrics(endpointName, variant).concurrentRequests();
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
  const min = hosting.minInstances ?? 0;
  const scalable = new Scalable(scope, id, {
    resourceId: `endpoint/${endpointName}/variant/${variant}`,
    dimension: DIMENSION,
    min,
    max: hosting.maxInstances ?? Math.max(2, min),
  });
  scalable.trackEndpointMetric(
    'Backlog',
    'ApproximateBacklogSizePerInstance',
    endpointName,
    hosting.backlogPerInstance ?? 5,
    { scaleOut: 60, scaleIn: 600 },
  );
  const waiting = new EndpointMetrics(endpointName, variant).backlogWithoutCapacity();
  if (min === 0) scalable.stepOut('FromZero', waiting, [{ concurrentRequests: 1, add: 1 }], 300);
}
