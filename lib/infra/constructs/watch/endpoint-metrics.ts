/** The metrics of an endpoint, each with the namespace, dimensions and unit that it really has. */
import { MathExpression, Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';

const INVOCATIONS = 'AWS/SageMaker';
const INSTANCES = '/aws/sagemaker/Endpoints';
/** The namespace of the container's embedded metrics, which it writes with the name of its endpoint. */
const CONTAINER = 'MultimodalModeration';

const PERIOD = Duration.minutes(5);

/** Metrics of one variant of an endpoint, where the variant is what answers: not for inference components. */
export class EndpointMetrics {
  readonly #dimensions: Readonly<Record<string, string>>;

  constructor(
    readonly endpointName: string,
    readonly variantName: string,
    /**
     * Only a part of its instances: those of a configuration (`EndpointConfigName`), in a rollout the new fleet, or those
     * of one type of a pool (`InstanceType`). @default - all instances
     */
    part: Readonly<Record<string, string>> = {},
  ) {
    this.#dimensions = { EndpointName: endpointName, VariantName: variantName, ...part };
  }

  /** Of the instances of one type of a pool. */
  onType(instanceType: string): EndpointMetrics {
    return new EndpointMetrics(this.endpointName, this.variantName, { InstanceType: instanceType });
  }

  /** Requests. Sum over 5 minutes. */
  invocations(options?: MetricOptions): Metric {
    return this.invocation('Invocations', Stats.SUM, options);
  }

  /** Answers with 5xx. Sum over 5 minutes. */
  serverErrors(options?: MetricOptions): Metric {
    return this.invocation('Invocation5XXErrors', Stats.SUM, options);
  }

  /** Answers with 4xx, refusals included. Sum over 5 minutes. */
  clientErrors(options?: MetricOptions): Metric {
    return this.invocation('Invocation4XXErrors', Stats.SUM, options);
  }

  /** Requests without a 2xx answer of the model, timeouts and closed sockets included. Sum over 5 minutes. */
  modelErrors(options?: MetricOptions): Metric {
    return this.invocation('InvocationModelErrors', Stats.SUM, options);
  }

  /**
   * Requests that a container did not answer at all: timeouts, closed sockets, malformed answers. `InvocationModelErrors`
   * counts 4xx and 5xx answers as well, so a few malformed requests alone would raise it.
   */
  unanswered(): MathExpression {
    return new MathExpression({
      expression: 'errors - FILL(refused, 0) - FILL(failed, 0)',
      usingMetrics: {
        errors: this.modelErrors(),
        refused: this.clientErrors(),
        failed: this.serverErrors(),
      },
      label: 'unanswered',
      period: PERIOD,
    });
  }

  /** Time in the container, in MICROseconds. p99 over 5 minutes. */
  modelLatency(options?: MetricOptions): Metric {
    return this.invocation('ModelLatency', Stats.p(99), options);
  }

  /** SageMaker's own part of the time, in MICROseconds. p99 over 5 minutes. */
  overheadLatency(options?: MetricOptions): Metric {
    return this.invocation('OverheadLatency', Stats.p(99), options);
  }

  /** Requests in flight on one copy of the model. Maximum over 1 minute. */
  concurrentRequests(options?: MetricOptions): Metric {
    return this.invocation(this.concurrency, Stats.MAXIMUM, { period: Duration.minutes(1), ...options });
  }

  /** Asynchronous requests that failed. Sum over 5 minutes. */
  asyncFailures(options?: MetricOptions): Metric {
    return this.invocation('InvocationFailures', Stats.SUM, options);
  }

  /** What utilizations are counted in: `device`, 100 for each processor or GPU, or `reservation`, 100 for all of it. */
  get unit(): 'device' | 'reservation' {
    return 'device';
  }

  /** 0 to 100 times the number of processors. Average over 5 minutes. */
  cpuUtilization(options?: MetricOptions): Metric {
    return this.utilization('CPUUtilization', options);
  }

  /** 0 to 100. Average over 5 minutes. */
  memoryUtilization(options?: MetricOptions): Metric {
    return this.utilization('MemoryUtilization', options);
  }

  /** 0 to 100. Average over 5 minutes. */
  diskUtilization(options?: MetricOptions): Metric {
    return this.#instance('DiskUtilization', options);
  }

  /** 0 to 100 times the number of GPUs. Average over 5 minutes. */
  gpuUtilization(options?: MetricOptions): Metric {
    return this.utilization('GPUUtilization', options);
  }

  /** 0 to 100 times the number of GPUs. Average over 5 minutes. */
  gpuMemoryUtilization(options?: MetricOptions): Metric {
    return this.utilization('GPUMemoryUtilization', options);
  }

  /** Percent of answers that are 4xx; 0 below 20 requests in the period, where a share says nothing. */
  clientErrorShare(): MathExpression {
    const period = Duration.minutes(15);
    return new MathExpression({
      expression: 'IF(requests >= 20, 100 * refused / requests, 0)',
      usingMetrics: { refused: this.clientErrors({ period }), requests: this.invocations({ period }) },
      label: '4xx, %',
      period,
    });
  }

  /** Waiting asynchronous requests. This family knows the endpoint's name as its only dimension. */
  backlog(options?: MetricOptions): Metric {
    return this.#endpoint('ApproximateBacklogSize', options);
  }

  /** Waiting asynchronous requests per instance. */
  backlogPerInstance(options?: MetricOptions): Metric {
    return this.#endpoint('ApproximateBacklogSizePerInstance', options);
  }

  /** 1 while requests wait and no instance runs. */
  backlogWithoutCapacity(options?: MetricOptions): Metric {
    return this.#endpoint('HasBacklogWithoutCapacity', { period: Duration.minutes(1), ...options });
  }

  /** How long the oldest asynchronous request has waited, in seconds. */
  backlogAge(options?: MetricOptions): Metric {
    return this.#endpoint('ApproximateAgeOfOldestRequest', options);
  }

  /** Requests that containers refused with 429, over all variants. Sum over 5 minutes. */
  refusals(options?: MetricOptions): Metric {
    return new Metric({
      namespace: CONTAINER,
      metricName: 'Refused',
      dimensionsMap: { EndpointName: this.endpointName },
      statistic: Stats.SUM,
      period: PERIOD,
      ...options,
    });
  }

  protected get concurrency(): string {
    return 'ConcurrentRequestsPerModel';
  }

  protected get invocationDimensions(): Readonly<Record<string, string>> {
    return this.#dimensions;
  }

  protected invocation(metricName: string, statistic: string, options: MetricOptions = {}): Metric {
    return new Metric({
      namespace: INVOCATIONS,
      metricName,
      dimensionsMap: { ...this.invocationDimensions },
      statistic,
      period: PERIOD,
      ...options,
    });
  }

  /** How busy the variant's instances are. */
  protected utilization(metricName: string, options: MetricOptions = {}): Metric {
    return this.#instance(metricName, options);
  }

  #instance(metricName: string, options: MetricOptions = {}): Metric {
    return new Metric({
      namespace: INSTANCES,
      metricName,
      dimensionsMap: { ...this.#dimensions },
      statistic: Stats.AVERAGE,
      period: PERIOD,
      ...options,
    });
  }

  #endpoint(metricName: string, options: MetricOptions = {}): Metric {
    return new Metric({
      namespace: INVOCATIONS,
      metricName,
      dimensionsMap: { EndpointName: this.endpointName },
      statistic: Stats.MAXIMUM,
      period: PERIOD,
      ...options,
    });
  }
}
