/** An endpoint to call, made here or elsewhere. */

import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Stack, Token } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { PRIMARY_VARIANT } from './hosting/hosting.js';
import { EndpointMetrics } from './watch/endpoint-metrics.js';

export interface IModerationEndpoint {
  readonly endpointName: string;
  readonly endpointArn: string;
  /** Lets a caller send requests, and nothing else. */
  grantInvoke(grantee: IGrantable): Grant;
  /** Requests. Sum over 5 minutes. */
  metricInvocations(options?: MetricOptions): Metric;
  /** Answers with 5xx. Sum over 5 minutes. */
  metricServerErrors(options?: MetricOptions): Metric;
  /** Answers with 4xx. Sum over 5 minutes. */
  metricClientErrors(options?: MetricOptions): Metric;
  /** Time in the container, in microseconds. p99 over 5 minutes. */
  metricModelLatency(options?: MetricOptions): Metric;
  /** SageMaker's own part of the time, in microseconds. p99 over 5 minutes. */
  metricOverheadLatency(options?: MetricOptions): Metric;
  /** Requests in flight per copy of the model. Maximum over 1 minute. */
  metricConcurrentRequests(options?: MetricOptions): Metric;
}

export abstract class ModerationEndpointBase extends Construct implements IModerationEndpoint {
  abstract readonly endpointName: string;
  abstract readonly endpointArn: string;
  /** ARNs that a caller must be allowed to invoke. */
  protected abstract readonly invocable: readonly string[];
  protected abstract readonly metrics: EndpointMetrics;
  protected readonly invokeActions: readonly string[] = ['sagemaker:InvokeEndpoint'];

  grantInvoke(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: [...this.invokeActions],
      resourceArns: [...this.invocable],
    });
  }

  metricInvocations(options?: MetricOptions): Metric {
    return this.metrics.invocations(options);
  }

  metricServerErrors(options?: MetricOptions): Metric {
    return this.metrics.serverErrors(options);
  }

  metricClientErrors(options?: MetricOptions): Metric {
    return this.metrics.clientErrors(options);
  }

  metricModelLatency(options?: MetricOptions): Metric {
    return this.metrics.modelLatency(options);
  }

  metricOverheadLatency(options?: MetricOptions): Metric {
    return this.metrics.overheadLatency(options);
  }

  metricConcurrentRequests(options?: MetricOptions): Metric {
    return this.metrics.concurrentRequests(options);
  }
}

/** An endpoint that another stack made. */
export class ImportedEndpoint extends ModerationEndpointBase {
  override readonly endpointArn: string;
  protected override readonly invocable: readonly string[];
  protected override readonly metrics: EndpointMetrics;

  constructor(
    scope: Construct,
    id: string,
    override readonly endpointName: string,
  ) {
    super(scope, id);
    this.endpointArn = endpointArn(this, endpointName);
    this.invocable = [this.endpointArn];
    this.metrics = new EndpointMetrics(endpointName, PRIMARY_VARIANT);
  }
}

/** SageMaker writes names in lower case into ARNs, and IAM compares them by case. */
export function endpointArn(scope: Construct, endpointName: string): string {
  const resourceName = Token.isUnresolved(endpointName) ? endpointName : endpointName.toLowerCase();
  return Stack.of(scope).formatArn({ service: 'sagemaker', resource: 'endpoint', resourceName });
}
