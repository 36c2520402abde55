import type { Duration } from 'aws-cdk-lib/core';
import { computable } from '../tokens.js';

/** More instances at once when requests pile up faster than target tracking follows. */
export interface ScalingStep {
  /** Requests in flight per instance from which this step holds. */
  readonly concurrentRequests: number;
  /** Instances to add. */
  readonly add: number;
}

/** Other bounds at set times, for load that is known beforehand. */
export interface ScalingSchedule {
  readonly name: string;
  /** `cron(…)`, `rate(…)` or `at(…)`, as Application Auto Scaling reads it. */
  readonly schedule: string;
  /** IANA name, such as Europe/Paris. @default - UTC */
  readonly timezone?: string;
  readonly minInstances?: number;
  readonly maxInstances?: number;
}

/** How the number of instances follows the load: target tracking on requests in flight, measured every ten seconds. */
export interface ScalingOptions {
  /** 1 or more; a fleet of two or more may shift traffic step by step in a rollout. @default - instanceCount */
  readonly minInstances?: number;
  /** @default - twice the minimum */
  readonly maxInstances?: number;
  /** Requests in flight per instance to hold. @default - by instance type: 16 on g4dn, 32 on newer GPUs, 1 a vCPU */
  readonly concurrentRequests?: number;
  /** Pause after adding instances, 0 to 3600 s. @default 1 minute */
  readonly scaleOutCooldown?: Duration;
  /** Pause after removing instances, 0 to 3600 s. @default 5 minutes */
  readonly scaleInCooldown?: Duration;
  /** In rising order. @default - none */
  readonly steps?: readonly ScalingStep[];
  /** @default - none */
  readonly schedules?: readonly ScalingSchedule[];
  /**
   * Takes scaling away and leaves everything else as it is, the count that runs too. SageMaker changes the instance type
   * of a fleet only while it is not scaled: deploy with `paused`, then with the new type and without it.
   *
   * @default false
   */
  readonly paused?: boolean;
}

/** Bounds with their defaults. */
export function scalingBounds(
  options: ScalingOptions,
  instanceCount: number,
): { readonly min: number; readonly max: number } {
  const min = options.minInstances ?? instanceCount;
  const option = options.minInstances === undefined ? 'instanceCount' : 'scaling.minInstances';
  return { min, max: options.maxInstances ?? 2 * computable(option, min, NO_MAXIMUM) };
}

const NO_MAXIMUM = 'maxInstances is twice the minimum; give scaling.maxInstances as well';

/** Minimums by the bounds and every schedule. */
export function minimums(options: ScalingOptions, instanceCount: number): readonly number[] {
  const scheduled = (options.schedules ?? []).flatMap(({ minInstances }) => minInstances ?? []);
  return [scalingBounds(options, instanceCount).min, ...scheduled];
}
