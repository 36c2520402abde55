import { describe, expect, test } from '@jest/globals';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Stack } from 'aws-cdk-lib/core';
import { BatchTransform, type BatchTransformProps } from '../../lib/infra/constructs/batch-transform.js';
import { ImageSource } from '../../lib/infra/constructs/container/image-source.js';
import { serverlessSizeRules } from '../../lib/infra/constructs/hosting/serverless-size.js';
import { ModelSource } from '../../lib/infra/constructs/model/model-source.js';
import {
  failure,
  IMAGE_URI,
  MODEL_FOLDER,
  newApp,
  newEndpoint,
  only,
  primaryVariant,
  resources,
  synthesize,
} from './support/synthesize.js';

describe('asynchronous hosting', () => {
  const template = synthesize({ hosting: { kind: 'async' } });

  test('puts answers and failures into a private bucket and tells two topics', () => {
    expect(only(template, 'AWS::SageMaker::EndpointConfig')['AsyncInferenceConfig']).toMatchObject({
      ClientConfig: { MaxConcurrentInvocationsPerInstance: 16 },
      OutputConfig: {
        S3OutputPath: expect.anything(),
        S3FailurePath: expect.anything(),
        NotificationConfig: { SuccessTopic: expect.anything(), ErrorTopic: expect.anything() },
      },
    });
    expect(only(template, 'AWS::S3::Bucket')['PublicAccessBlockConfiguration']).toMatchObject({
      BlockPublicAcls: true,
      RestrictPublicBuckets: true,
    });
    expect(Object.keys(resources(template, 'AWS::SNS::Topic'))).toHaveLength(2);
  });

  test('scales to zero, and leaves zero by a step on a backlog without instances', () => {
    expect(only(template, 'AWS::ApplicationAutoScaling::ScalableTarget')['MinCapacity']).toBe(0);
    template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', {
      PolicyType: 'StepScaling',
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'HasBacklogWithoutCapacity',
      AlarmActions: [Match.anyValue()],
      Threshold: 1,
    });
  });

  test('reads backlog metrics by the name of the endpoint alone, or they never have data', () => {
    template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', {
      TargetTrackingScalingPolicyConfiguration: {
        CustomizedMetricSpecification: {
          MetricName: 'ApproximateBacklogSizePerInstance',
          Dimensions: [{ Name: 'EndpointName', Value: Match.anyValue() }],
        },
      },
    });
    for (const { Properties } of Object.values(resources(template, 'AWS::CloudWatch::Alarm'))) {
      if (!/Backlog|OldestRequest/.test(String(Properties['MetricName']))) continue;
      expect(Properties['Dimensions']).toHaveLength(1);
    }
  });

  test('has no alarm on metrics that it does not publish', () => {
    const metrics = Object.values(resources(template, 'AWS::CloudWatch::Alarm')).map(
      ({ Properties }) => Properties['MetricName'],
    );
    for (const name of ['Invocations', 'OverheadLatency', 'InvocationModelErrors'])
      expect(metrics).not.toContain(name);
  });

  test('is rolled back on metrics that carry the name of the configuration', () => {
    const guards = Object.values(resources(template, 'AWS::CloudWatch::Alarm'))
      .filter(({ Properties }) => JSON.stringify(Properties['Dimensions'])?.includes('EndpointConfigName'))
      .map(({ Properties }) => Properties['MetricName']);
    expect(guards.sort()).toEqual(['Invocation5XXErrors', 'ModelLatency']);
  });

  test('may use a bucket with a key of its own, and the role gets that key', () => {
    const { stack } = newEndpoint((scope) => ({
      hosting: {
        kind: 'async',
        bucket: new Bucket(scope, 'Own', { encryptionKey: new Key(scope, 'OwnKey') }) as IBucket,
      },
    }));
    const policies = JSON.stringify(resources(Template.fromStack(stack), 'AWS::IAM::Policy'));
    expect(policies).toMatch(/kms:GenerateDataKey[^}]*OwnKey/);
  });

  test('lets a caller queue requests, put them into the bucket and read the answers', () => {
    const { stack, endpoint } = newEndpoint({ hosting: { kind: 'async' } });
    endpoint.grantInvoke(
      new Role(stack, 'Caller', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }),
    );
    const policies = JSON.stringify(resources(Template.fromStack(stack), 'AWS::IAM::Policy'));
    expect(policies).toContain('sagemaker:InvokeEndpointAsync');
    expect(policies).not.toContain('"sagemaker:InvokeEndpoint"');
    expect(policies).toContain('/async/input/*');
  });

  test('counts on no instance, so a canary is refused', () => {
    const message = failure(() =>
      synthesize({ hosting: { kind: 'async' }, rollout: { strategy: 'canary' } }),
    );
    expect(message).toContain('canary for a fleet of 0 instance');
  });
});

describe('serverless hosting', () => {
  const template = synthesize({ hosting: { kind: 'serverless' } });

  test('has memory and concurrency, and nothing that belongs to instances', () => {
    expect(primaryVariant(template)).toEqual({
      VariantName: 'Primary',
      ModelName: expect.anything(),
      InitialVariantWeight: 1,
      ServerlessConfig: { MemorySizeInMB: 6144, MaxConcurrency: 5 },
    });
    expect(only(template, 'AWS::SageMaker::Endpoint')).not.toHaveProperty('DeploymentConfig');
    expect(resources(template, 'AWS::ApplicationAutoScaling::ScalableTarget')).toEqual({});
  });

  test('reads a tar.gz and runs without network isolation, as it must', () => {
    const model = only(template, 'AWS::SageMaker::Model');
    expect(model['EnableNetworkIsolation']).toBe(false);
    expect(JSON.stringify(model['PrimaryContainer'])).toMatch(/[0-9a-f]{64}\.tar\.gz"/);
    expect(JSON.stringify(model['PrimaryContainer'])).not.toContain('ModelDataSource');
    expect(model['PrimaryContainer']).toMatchObject({ Environment: { MODERATION_DEVICE: 'cpu' } });
  });

  test('refuses what serverless cannot, in one error', () => {
    const message = failure(() =>
      synthesize((stack) => ({
        image: ImageSource.fromUri(IMAGE_URI, 'gpu'),
        hosting: { kind: 'serverless', memoryMb: 3000, provisionedConcurrency: 9 },
        security: { networkIsolation: true },
        dataCapture: { bucket: new Bucket(stack, 'Capture') as IBucket },
        rollout: { strategy: 'all-at-once' },
      })),
    );
    expect(message.split('\n- ')).toHaveLength(7);
    expect(message).toContain('memoryMb is 3000; expected one of 1024, 2048');
  });

  test('refuses a model that does not fit into the memory, and takes it in a smaller precision', () => {
    const files = { folder: '', names: [], hash: '', manifest: undefined, bytes: 1_500_000_000 };
    const [fp32] = serverlessSizeRules(files, 'fp32', 3072);
    expect(fp32).toEqual({
      broken: true,
      problem: expect.stringContaining('needs about 3700 MB of memory, memoryMb is 3072; convert it to int8'),
    });
    expect(serverlessSizeRules(files, 'int8', 3072)[0]?.broken).toBe(false);
  });

  test('refuses a conversion that takes longer than a serverless endpoint waits', () => {
    const files = { folder: '', names: [], hash: '', manifest: undefined, bytes: 1_500_000_000 };
    const slow = (precision: 'fp32' | 'fp16' | 'int8', bytes = files.bytes) =>
      serverlessSizeRules({ ...files, bytes }, precision, 6144)[1];
    expect(slow('int8')).toEqual({
      broken: true,
      problem: expect.stringMatching(/takes about 143 s, .* within 180 s.*moderate convert --precision int8/),
    });
    for (const quick of [slow('fp32'), slow('fp16'), slow('int8', 600_000_000)]) {
      expect(quick?.broken).toBe(false);
    }
  });
});

describe('real-time hosting that scales to zero', () => {
  const template = synthesize({ hosting: { kind: 'scale-to-zero' } });

  test('has instances without a model, down to none, and an inference component with the model', () => {
    const variant = primaryVariant(template);
    expect(variant).not.toHaveProperty('ModelName');
    expect(variant).toMatchObject({
      ManagedInstanceScaling: { Status: 'ENABLED', MinInstanceCount: 0, MaxInstanceCount: 3 },
      InferenceAmiVersion: 'al2-ami-sagemaker-inference-gpu-3-1',
    });
    expect(only(template, 'AWS::SageMaker::EndpointConfig')).toMatchObject({
      ExecutionRoleArn: expect.anything(),
      EnableNetworkIsolation: true,
    });
    expect(only(template, 'AWS::SageMaker::InferenceComponent')).toMatchObject({
      VariantName: 'Primary',
      Specification: {
        ModelName: { 'Fn::GetAtt': [expect.any(String), 'ModelName'] },
        ComputeResourceRequirements: { MinMemoryRequiredInMb: 8192, NumberOfAcceleratorDevicesRequired: 1 },
      },
    });
  });

  test('tracks requests per copy, and leaves zero by a step on calls that found no copy', () => {
    const target = only(template, 'AWS::ApplicationAutoScaling::ScalableTarget');
    expect(target).toMatchObject({
      MinCapacity: 0,
      ScalableDimension: 'sagemaker:inference-component:DesiredCopyCount',
      ResourceId: expect.stringMatching(/^inference-component\//),
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/SageMaker',
      MetricName: 'NoCapacityInvocationFailures',
      Dimensions: [{ Name: 'InferenceComponentName', Value: Match.stringLikeRegexp('-model$') }],
      Threshold: 1,
      AlarmActions: [Match.anyValue()],
    });
    template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', {
      PolicyType: 'StepScaling',
      StepScalingPolicyConfiguration: { Cooldown: 60, StepAdjustments: [{ ScalingAdjustment: 1 }] },
    });
  });

  test('is watched under the name of the component, by what is reserved for a copy', () => {
    // The containers count refusals themselves, under the endpoint's name.
    const alarms = Object.values(resources(template, 'AWS::CloudWatch::Alarm')).map(
      ({ Properties }) => Properties as Record<string, unknown>,
    );
    const dimensions = (alarm: Record<string, unknown>) =>
      [alarm, ...((alarm['Metrics'] ?? []) as { MetricStat?: { Metric: Record<string, unknown> } }[])]
        .map(
          (part) => (part as { MetricStat?: { Metric: Record<string, unknown> } }).MetricStat?.Metric ?? part,
        )
        .flatMap((metric) => ((metric as Record<string, unknown>)['Dimensions'] ?? []) as { Name: string }[])
        .map(({ Name }) => Name);
    for (const alarm of alarms) {
      const name = alarm['Namespace'] === 'MultimodalModeration' ? 'EndpointName' : 'InferenceComponentName';
      expect(new Set(dimensions(alarm))).toEqual(new Set([name]));
    }
    expect(alarms).toContainEqual(
      expect.objectContaining({
        Namespace: '/aws/sagemaker/InferenceComponents',
        MetricName: 'CPUUtilizationNormalized',
        Threshold: 90,
      }),
    );
    const body = only(template, 'AWS::CloudWatch::Dashboard')['DashboardBody'] as {
      'Fn::Join': [string, unknown[]];
    };
    const drawn = body['Fn::Join'][1].filter((part) => typeof part === 'string').join('');
    for (const name of [
      'InferenceComponentName',
      'ConcurrentRequestsPerCopy',
      'NoCapacityInvocationFailures',
    ]) {
      expect(drawn).toContain(name);
    }
    expect(drawn).not.toContain('VariantName');
  });

  test('goes back to the copies that ran when its own alarms go off', () => {
    const component = only(template, 'AWS::SageMaker::InferenceComponent');
    const { AutoRollbackConfiguration } = component['DeploymentConfig'] as Record<string, unknown>;
    expect((AutoRollbackConfiguration as { Alarms: unknown[] }).Alarms).toHaveLength(2);
    expect(JSON.stringify(resources(template, 'AWS::IAM::Policy'))).toContain('cloudwatch:DescribeAlarms');
  });

  test('raises no alarm because there is no instance', () => {
    const breaching = Object.values(resources(template, 'AWS::CloudWatch::Alarm')).filter(
      ({ Properties }) => Properties['TreatMissingData'] === 'breaching',
    );
    expect(breaching).toEqual([]);
  });
});

describe('several variants', () => {
  const other = ModelSource.fromPack('test/fixtures/models/clip-tiny');

  test('share the requests by weight, and each is scaled and watched', () => {
    const template = synthesize({
      hosting: { kind: 'realtime', variants: [{ name: 'Clip', model: other, weight: 0.25 }] },
    });
    expect(only(template, 'AWS::SageMaker::EndpointConfig')['ProductionVariants']).toMatchObject([
      { VariantName: 'Primary', InitialVariantWeight: 1 },
      { VariantName: 'Clip', InitialVariantWeight: 0.25 },
    ]);
    expect(Object.keys(resources(template, 'AWS::ApplicationAutoScaling::ScalableTarget'))).toHaveLength(2);
    const names = Object.values(resources(template, 'AWS::CloudWatch::Alarm')).map(
      ({ Properties }) => Properties['MetricName'],
    );
    expect(names.filter((name) => name === 'OverheadLatency')).toHaveLength(2);
    expect(names.filter((name) => name === 'Refused')).toHaveLength(1);
  });

  test('are scaled and watched by their own instance types and counts', () => {
    const template = synthesize({
      hosting: {
        kind: 'realtime',
        amiVersion: 'al2-ami-sagemaker-inference-gpu-3-1',
        variants: [{ name: 'Cpu', model: other, instanceType: 'ml.c6i.4xlarge', instanceCount: 3 }],
      },
    });
    expect(only(template, 'AWS::SageMaker::EndpointConfig')['ProductionVariants']).toEqual([
      expect.objectContaining({ InstanceType: 'ml.g4dn.xlarge' }),
      expect.not.objectContaining({ InferenceAmiVersion: expect.anything() }),
    ]);
    template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', {
      MinCapacity: 3,
      MaxCapacity: 6,
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'CPUUtilization',
      Threshold: 16 * 90,
      Dimensions: Match.arrayWith([{ Name: 'VariantName', Value: 'Cpu' }]),
    });
  });

  test('shift traffic step by step only where each has two instances', () => {
    const variants = [{ name: 'Clip', model: other, instanceCount: 1 }];
    const message = failure(() =>
      synthesize({
        hosting: { kind: 'realtime', instanceCount: 2, variants },
        rollout: { strategy: 'canary' },
      }),
    );
    expect(message).toContain('rollout.strategy is canary for a fleet of 1 instance');
  });

  test('a shadow gets copies of the requests', () => {
    const template = synthesize({ hosting: { kind: 'realtime', shadow: { model: other, share: 0.5 } } });
    expect(only(template, 'AWS::SageMaker::EndpointConfig')['ShadowProductionVariants']).toMatchObject([
      { VariantName: 'Shadow', InitialVariantWeight: 0.5, InferenceAmiVersion: expect.any(String) },
    ]);
  });

  test('cannot share a name, nor stand beside a shadow', () => {
    const variants = [{ name: 'Primary', model: other }];
    const message = failure(() =>
      synthesize({ hosting: { kind: 'realtime', variants, shadow: { model: other } } }),
    );
    expect(message).toContain('variants share the name "Primary"');
    expect(message).toContain('SageMaker shadows an endpoint of one variant only');
  });
});

describe('batch transform', () => {
  const batch = (props: Partial<BatchTransformProps> = {}): Template => {
    const stack = new Stack(newApp(), 'Test');
    const bucket = new Bucket(stack, 'Bucket') as IBucket;
    const image = ImageSource.fromUri(IMAGE_URI);
    new BatchTransform(stack, 'Batch', {
      model: ModelSource.fromPack(MODEL_FOLDER),
      image,
      bucket,
      ...props,
    });
    return Template.fromStack(stack);
  };

  test('has a model from a tar.gz, and a job that joins and splits JSON Lines', () => {
    const template = batch();
    expect(JSON.stringify(only(template, 'AWS::SageMaker::Model'))).toContain('.tar.gz');
    const job = JSON.stringify(only(template, 'AWS::SSM::Parameter')['Value']);
    for (const part of [
      'MultiRecord',
      'application/jsonlines',
      'AssembleWith',
      'al2-ami-sagemaker-batch-gpu-535',
    ]) {
      expect(job).toContain(part);
    }
    expect(job).not.toContain('VolumeKmsKeyId');
  });

  test('keeps SageMaker from mounting its own CUDA compatibility libraries', () => {
    expect(only(batch(), 'AWS::SageMaker::Model')['PrimaryContainer']).toMatchObject({
      Environment: { SAGEMAKER_CUDA_COMPAT_DISABLED: 'true' },
    });
  });

  test('reads the input and writes the output, and nothing else', () => {
    const policy = JSON.stringify(resources(batch(), 'AWS::IAM::Policy'));
    expect(policy).toContain('/batch/input/*');
    expect(policy).toContain('/batch/output/*');
    expect(policy).not.toContain('s3:*');
  });

  test('keeps payload times concurrency within 100 MB', () => {
    const message = failure(() => batch({ maxPayloadMb: 50, maxConcurrentTransforms: 3, inputPrefix: 'in' }));
    expect(message).toContain('maxPayloadMb times maxConcurrentTransforms is 150; SageMaker allows 100');
    expect(message).toContain('inputPrefix is "in"; expected it to end with /');
  });
});
