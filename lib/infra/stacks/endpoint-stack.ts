/** An endpoint on its own: what `cdk deploy` brings up. */
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Subscription, SubscriptionProtocol, Topic } from 'aws-cdk-lib/aws-sns';
import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { defined } from '../constructs/defined.js';
import type { EvaluationGate } from '../constructs/governance/evaluation-gate.js';
import { ASYNC_PREFIXES } from '../constructs/hosting/async-inference.js';
import type { DataCaptureOptions } from '../constructs/hosting/data-capture.js';
import type { Hosting, InstanceOptions } from '../constructs/hosting/hosting.js';
import { ModerationEndpoint } from '../constructs/moderation-endpoint.js';
import type { ReviewOptions } from '../constructs/review/review-options.js';
import { acknowledgeCheckov } from '../constructs/security/acknowledge.js';
import type { PublishedMetrics } from '../constructs/watch/published-metrics.js';
import type { AppContext } from './app-context.js';
import { addGovernance } from './governance.js';
import { imageSource, modelSource } from './sources.js';

export interface EndpointStackProps extends StackProps {
  readonly settings: AppContext;
}

export class EndpointStack extends Stack {
  readonly endpoint: ModerationEndpoint;

  constructor(scope: Construct, id: string, props: EndpointStackProps) {
    super(scope, id, props);
    const { settings } = props;
    const { precision, networkIsolation, encryptionKeyArn, dashboard, endpointName } = settings;
    const encryptionKey =
      encryptionKeyArn === undefined ? undefined : Key.fromKeyArn(this, 'Key', encryptionKeyArn);
    this.endpoint = new ModerationEndpoint(
      this,
      'Endpoint',
      defined({
        model: modelSource(this, 'ModelBucket', settings.model, settings.modelHash),
        image: imageSource(settings),
        hosting: this.#hosting(settings),
        endpointName,
        container: defined({ precision }),
        security: defined({ networkIsolation, encryptionKey }),
        dataCapture: this.#dataCapture(settings),
        evaluationGate: gateOf(settings),
        rollout: settings.rollout === undefined ? undefined : { strategy: settings.rollout },
        review: this.#review(settings),
        watch: defined({
          topic: this.#topic(settings.alarmEmail),
          dashboard,
          metrics: publishedMetrics(settings),
        }),
      }),
    );
    if (settings.governance) addGovernance(this, settings);
    this.#outputs();
  }

  #hosting(settings: AppContext): Hosting {
    const { memoryMb, minInstances, maxInstances } = settings;
    const instances = instancesOf(settings);
    const paused = settings.scaling === 'paused';
    switch (settings.hosting) {
      case 'async':
        return { kind: 'async', ...instances, ...defined({ minInstances, maxInstances }), paused };
      case 'serverless':
        return { kind: 'serverless', ...defined({ memoryMb }) };
      case 'scale-to-zero':
        return { kind: 'scale-to-zero', ...instances, ...defined({ memoryMb, maxCopies: maxInstances }) };
      default:
        return {
          kind: 'realtime',
          ...instances,
          scaling:
            settings.scaling === false
              ? false
              : defined({
                  minInstances,
                  maxInstances,
                  concurrentRequests: settings.concurrentRequests,
                  paused,
                }),
          ...this.#shadow(settings),
        };
    }
  }

  #shadow({ shadowModel, shadowHash }: AppContext) {
    if (shadowModel === undefined) return {};
    return { shadow: { model: modelSource(this, 'ShadowBucket', shadowModel, shadowHash) } };
  }

  #review({ reviewQueue, reviewBus }: AppContext): ReviewOptions | undefined {
    if (reviewQueue !== true) return undefined;
    if (reviewBus === undefined || reviewBus === 'default') return {};
    const bus = reviewBus === 'own' ? reviewBus : EventBus.fromEventBusName(this, 'ReviewBus', reviewBus);
    return { bus };
  }

  #reviewOutputs(): void {
    const { bus, queue, deadLetterQueue } = this.endpoint.review ?? {};
    if (bus !== undefined) new CfnOutput(this, 'ReviewBusName', { value: bus.eventBusName });
    if (queue !== undefined) new CfnOutput(this, 'ReviewQueueUrl', { value: queue.queueUrl });
    if (deadLetterQueue !== undefined) {
      new CfnOutput(this, 'ReviewDeadLetterQueueUrl', { value: deadLetterQueue.queueUrl });
    }
  }

  #dataCapture({ capturePercent, captureBucket }: AppContext): DataCaptureOptions | undefined {
    if (captureBucket === undefined) return undefined;
    const bucket = Bucket.fromBucketName(this, 'CaptureBucket', captureBucket);
    return defined({ bucket, samplingPercent: capturePercent });
  }

  #topic(email: string | undefined): Topic | undefined {
    if (email === undefined) return undefined;
    const topic = new Topic(this, 'AlarmTopic', { enforceSSL: true });
    acknowledgeCheckov(topic, {
      CKV_AWS_26: "CloudWatch cannot publish with AWS's own key, and alarms hold no user content.",
    });
    new Subscription(this, 'AlarmEmail', { topic, protocol: SubscriptionProtocol.EMAIL, endpoint: email });
    return topic;
  }

  /** What a client needs. */
  #outputs(): void {
    const { endpointName, endpointArn, asyncInference, inferenceComponentName } = this.endpoint;
    new CfnOutput(this, 'EndpointName', { value: endpointName });
    new CfnOutput(this, 'EndpointArn', { value: endpointArn });
    if (inferenceComponentName !== undefined) {
      new CfnOutput(this, 'InferenceComponentName', { value: inferenceComponentName });
    }
    this.#reviewOutputs();
    if (asyncInference === undefined) return;
    const { bucketName } = asyncInference.bucket;
    new CfnOutput(this, 'AsyncInput', { value: `s3://${bucketName}/${ASYNC_PREFIXES.input}` });
    new CfnOutput(this, 'AsyncOutput', { value: `s3://${bucketName}/${ASYNC_PREFIXES.output}` });
    new CfnOutput(this, 'SuccessTopicArn', { value: asyncInference.successTopic.topicArn });
    new CfnOutput(this, 'ErrorTopicArn', { value: asyncInference.errorTopic.topicArn });
  }
}

function instancesOf(settings: AppContext): InstanceOptions {
  const { instanceType, instancePool, instanceCount, amiVersion, provisionMinutes } = settings;
  const provisionTimeout = provisionMinutes === undefined ? undefined : Duration.minutes(provisionMinutes);
  return defined({ instanceType, instancePool, instanceCount, amiVersion, provisionTimeout });
}

function publishedMetrics(settings: AppContext): PublishedMetrics | undefined {
  const { detailedMetrics, instanceMetrics, metricsIntervalS } = settings;
  const interval = metricsIntervalS === undefined ? undefined : Duration.seconds(metricsIntervalS);
  const metrics = defined({ detailed: detailedMetrics, perInstance: instanceMetrics, interval });
  return Object.keys(metrics).length === 0 ? undefined : metrics;
}

function gateOf({ evaluationGate, minMacroF1, minHarmfulRecall }: AppContext): EvaluationGate | undefined {
  if (evaluationGate === undefined) return undefined;
  return { file: evaluationGate, ...defined({ minMacroF1, minHarmfulRecall }) };
}
