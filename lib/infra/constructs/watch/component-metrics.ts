/** The metrics of an inference component: SageMaker publishes them under the component's name, not under the variant's. */
import { Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import { EndpointMetrics } from './endpoint-metrics.js';

const COPIES = '/aws/sagemaker/InferenceComponents';
const PERIOD = Duration.minutes(5);

/**
 * Requests, errors and latencies of a component, and how busy its copies are, in percent of what is reserved for a copy.
 * The disk is the instance's, and what containers count themselves has the endpoint's name.
 */
export class ComponentMetrics extends EndpointMetrics {
  readonly #dimensions: Readonly<Record<string, string>>;

  constructor(endpointName: string, variantName: string, componentName: string) {
    super(endpointName, variantName);
    this.#dimensions = { InferenceComponentName: componentName };
  }

  override get unit(): 'reservation' {
    return 'reservation';
  }

  /** Calls that failed because there was no copy. Maximum over 1 minute. */
  noCapacity(options?: MetricOptions): Metric {
    return this.invocation('NoCapacityInvocationFailures', Stats.MAXIMUM, {
      period: Duration.minutes(1),
      ...options,
    });
  }

  protected override get concurrency(): string {
    return 'ConcurrentRequestsPerCopy';
  }

  protected override get invocationDimensions(): Readonly<Record<string, string>> {
    return this.#dimensions;
  }

  /** `CPUUtilization` and the like have other names here, and 100 for all that is reserved. */
  protected override utilization(metricName: string, options: MetricOptions = {}): Metric {
    return new Metric({
      namespace: COPIES,
      metricName: `${metricName}Normalized`,
      dimensionsMap: { ...this.#dimensions },
      statistic: Stats.AVERAGE,
      period: PERIOD,
      ...options,
    });
  }
}
