/** Which metrics SageMaker itself publishes about an endpoint, and how often: the `MetricsConfig`. */
import type { CfnEndpointConfig } from 'aws-cdk-lib/aws-sagemaker';
import type { Duration } from 'aws-cdk-lib/core';
import { defined } from '../defined.js';
import { fails, type Rule } from '../rules.js';
import { secondsOf } from '../tokens.js';

export interface PublishedMetrics {
  /**
   * Whether SageMaker reads the container's `/metrics` every minute and publishes it with figures of each GPU and host, as
   * OpenTelemetry metrics to query by PromQL.
   *
   * @default - left to SageMaker, which does so for configurations made since June 2026; a region that does not know it yet
   * is not asked for it
   */
  readonly detailed?: boolean;
  /** The classic metrics for each instance and GPU as well; each is billed as a metric of its own. @default false */
  readonly perInstance?: boolean;
  /**
   * How often utilization is published: 10, 30, 60, 120, 180, 240 or 300 s. What comes more often than each minute is kept
   * for three hours only.
   *
   * @default 1 minute
   */
  readonly interval?: Duration;
}

/** What SageMaker accepts, in seconds. */
export const METRIC_INTERVALS: readonly number[] = [10, 30, 60, 120, 180, 240, 300];

export function publishedMetricsRules({ interval }: PublishedMetrics): Rule[] {
  const seconds = interval === undefined ? undefined : secondsOf('watch.metrics.interval', interval);
  return [
    {
      broken: fails(seconds, (known) => METRIC_INTERVALS.includes(known)),
      problem: `watch.metrics.interval is ${interval?.toString()}; expected ${METRIC_INTERVALS.join(', ')} s.`,
    },
  ];
}

/** Undefined where nothing is asked for. */
export function metricsConfig({
  detailed,
  perInstance,
  interval,
}: PublishedMetrics): CfnEndpointConfig.MetricsConfigProperty | undefined {
  const config = defined({
    enableDetailedObservability: detailed,
    enableEnhancedMetrics: perInstance,
    metricPublishFrequencyInSeconds:
      interval === undefined ? undefined : secondsOf('watch.metrics.interval', interval),
  });
  return Object.keys(config).length === 0 ? undefined : config;
}
