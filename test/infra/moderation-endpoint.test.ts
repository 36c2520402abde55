import { describe, expect, test } from '@jest/globals';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Alarm, type IAlarm, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { type IVpc, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { CfnParameter, Duration, type Stack } from 'aws-cdk-lib/core';
import { ImageSource } from '../../lib/infra/constructs/container/image-source.js';
import { ModerationEndpoint } from '../../lib/infra/constructs/moderation-endpoint.js';
import { RuntimeAccess } from '../../lib/infra/constructs/security/runtime-access.js';
import {
  failure,
  IMAGE_URI,
  newEndpoint,
  only,
  primaryVariant,
  resources,
  synthesize,
} from './support/synthesize.js';

const CPU = 'ml.c6i.xlarge';
const plain = synthesize();

describe('the machine image of a GPU instance', () => {
  test('is pinned, because the default driver 470 does not start a CUDA 12 container', () => {
    expect(primaryVariant(plain)['InferenceAmiVersion']).toBe('al2-ami-sagemaker-inference-gpu-3-1');
    expect(primaryVariant(plain)['InstanceType']).toBe('ml.g4dn.xlarge');
  });

  test('is left out on an instance type without a GPU', () => {
    const template = synthesize({ hosting: { kind: 'realtime', instanceType: CPU } });
    expect(primaryVariant(template)['InferenceAmiVersion']).toBeUndefined();
  });

  test('is refused on an instance type without a GPU', () => {
    const amiVersion = 'al2-ami-sagemaker-inference-gpu-3-1';
    const message = failure(() =>
      synthesize({ hosting: { kind: 'realtime', instanceType: CPU, amiVersion } }),
    );
    expect(message).toContain('which has no GPU; leave amiVersion out');
  });

  test("is refused when the project's CUDA 12.8 image is known not to start on it", () => {
    const amiVersion = 'al2023-ami-sagemaker-inference-gpu-4-1';
    const hosting = { kind: 'realtime', amiVersion } as const;
    expect(failure(() => synthesize({ image: ImageSource.fromProject(), hosting }))).toContain(
      'does not fit',
    );
    expect(primaryVariant(synthesize({ hosting }))['InferenceAmiVersion']).toBe(amiVersion);
  });
});

describe('an instance type of the newest GPUs', () => {
  test('is taken for one, and needs a driver that knows them', () => {
    const hosting = { kind: 'realtime', instanceType: 'ml.p6-b200.48xlarge' } as const;
    expect(failure(() => synthesize({ hosting }))).toContain('which need driver 570 or newer');
    const amiVersion = 'al2023-ami-sagemaker-inference-gpu-4-1';
    expect(primaryVariant(synthesize({ hosting: { ...hosting, amiVersion } }))).not.toHaveProperty(
      'VolumeSizeInGB',
    );
  });
});

describe('a volume size', () => {
  test('is never set on types with local NVMe storage, where SageMaker refuses it', () => {
    expect(primaryVariant(plain)).not.toHaveProperty('VolumeSizeInGB');
    for (const instanceType of ['ml.g4dn.xlarge', 'ml.g5.xlarge', 'ml.g6.xlarge', 'ml.m5d.large']) {
      const image = ImageSource.fromUri(IMAGE_URI);
      const message = failure(() =>
        synthesize({ image, hosting: { kind: 'realtime', instanceType, volumeGiB: 50 } }),
      );
      expect(message).toContain('local NVMe storage');
    }
  });

  test('is set where asked for on other types', () => {
    const template = synthesize({ hosting: { kind: 'realtime', instanceType: CPU, volumeGiB: 50 } });
    expect(primaryVariant(template)['VolumeSizeInGB']).toBe(50);
  });
});

describe('names', () => {
  test('model and endpoint configuration have none, because every change replaces them', () => {
    expect(only(plain, 'AWS::SageMaker::Model')).not.toHaveProperty('ModelName');
    expect(only(plain, 'AWS::SageMaker::EndpointConfig')).not.toHaveProperty('EndpointConfigName');
  });

  test('are wired by GetAtt, because Ref of a model or configuration is its ARN', () => {
    expect(primaryVariant(plain)['ModelName']).toEqual({ 'Fn::GetAtt': [expect.any(String), 'ModelName'] });
    expect(only(plain, 'AWS::SageMaker::Endpoint')['EndpointConfigName']).toEqual({
      'Fn::GetAtt': [expect.any(String), 'EndpointConfigName'],
    });
  });

  test('the endpoint has a fixed one, which no update replaces', () => {
    expect(only(plain, 'AWS::SageMaker::Endpoint')['EndpointName']).toMatch(/^Test-Endpoint-\w+$/);
    const named = synthesize({ endpointName: 'moderation' });
    expect(only(named, 'AWS::SageMaker::Endpoint')['EndpointName']).toBe('moderation');
  });
});

describe('the model', () => {
  test('is created after the policy of its role, which SageMaker uses at once', () => {
    const [model] = Object.values(resources(plain, 'AWS::SageMaker::Model'));
    const [policy] = Object.keys(resources(plain, 'AWS::IAM::Policy'));
    expect(model?.DependsOn).toContain(policy);
  });

  test('is an uncompressed prefix that holds the content hash', () => {
    const { ModelDataSource } = only(plain, 'AWS::SageMaker::Model')['PrimaryContainer'] as Record<
      string,
      unknown
    >;
    expect(ModelDataSource).toMatchObject({
      S3DataSource: { CompressionType: 'None', S3DataType: 'S3Prefix' },
    });
    expect(JSON.stringify(ModelDataSource)).toMatch(/\/[0-9a-f]{64}\.model\/"/);
  });

  test('runs isolated from the network by default, and not when told so', () => {
    expect(only(plain, 'AWS::SageMaker::Model')['EnableNetworkIsolation']).toBe(true);
    const open = synthesize({ security: { networkIsolation: false } });
    expect(only(open, 'AWS::SageMaker::Model')['EnableNetworkIsolation']).toBe(false);
  });

  test('gets the environment names of the contract', () => {
    const template = synthesize({
      container: { precision: 'fp16', limits: { maxItems: 64 }, logLevel: 'warn' },
    });
    expect(only(template, 'AWS::SageMaker::Model')['PrimaryContainer']).toMatchObject({
      Environment: {
        MODERATION_DEVICE: 'cuda',
        MODERATION_PRECISION: 'fp16',
        MODERATION_MAX_ITEMS: '64',
        MODERATION_LOG_LEVEL: 'warn',
        MODERATION_EMF: 'true',
        MODERATION_ENDPOINT_NAME: only(template, 'AWS::SageMaker::Endpoint')['EndpointName'],
      },
    });
  });

  test('refuses a limit out of its range', () => {
    const message = failure(() => synthesize({ container: { limits: { maxItems: 0, cacheItems: -1 } } }));
    expect(message).toContain('limits.maxItems is 0; expected 1 to 10000 items');
    expect(message).toContain('limits.cacheItems is -1');
  });
});

describe('the execution role', () => {
  test('has no managed policy and may be taken for this account alone', () => {
    const role = only(plain, 'AWS::IAM::Role');
    expect(role).not.toHaveProperty('ManagedPolicyArns');
    expect(JSON.stringify(role['AssumeRolePolicyDocument'])).toContain('aws:SourceAccount');
  });

  test('reads the objects of the model and of no other', () => {
    plain.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 's3:ListBucket',
            Condition: { StringLike: { 's3:prefix': Match.stringLikeRegexp('^[0-9a-f]{64}\\.model/\\*$') } },
          }),
        ]),
      },
    });
    const statements = JSON.stringify(resources(plain, 'AWS::IAM::Policy'));
    expect(statements).not.toContain('s3:*');
    expect(statements).not.toContain('sagemaker:');
    expect(statements).not.toContain('ec2:');
  });

  test('may ask for the alarms that undo a rollout', () => {
    expect(JSON.stringify(resources(plain, 'AWS::IAM::Policy'))).toContain('cloudwatch:DescribeAlarms');
  });

  test('may be given, and is granted the same', () => {
    const template = synthesize((stack) => ({
      security: {
        role: new Role(stack, 'Own', { assumedBy: new ServicePrincipal('sagemaker.amazonaws.com') }),
      },
    }));
    expect(Object.keys(resources(template, 'AWS::IAM::Role'))).toEqual([expect.stringMatching(/^Own/)]);
    expect(JSON.stringify(resources(template, 'AWS::IAM::Policy'))).toContain('ecr:BatchGetImage');
  });
});

describe('an update', () => {
  test('retains the counts that scaling has reached, which it would reset otherwise, but not the weights', () => {
    const endpoint = only(plain, 'AWS::SageMaker::Endpoint');
    expect(endpoint['RetainAllVariantProperties']).toBe(true);
    expect(endpoint['ExcludeRetainedVariantProperties']).toEqual([{ VariantPropertyType: 'DesiredWeight' }]);
    const fixed = synthesize({ hosting: { kind: 'realtime', scaling: false } });
    expect(only(fixed, 'AWS::SageMaker::Endpoint')).not.toHaveProperty('RetainAllVariantProperties');
  });

  test('moves all at once with one instance, of which no part can stay behind', () => {
    expect(routing(plain)['Type']).toBe('ALL_AT_ONCE');
    const message = failure(() => synthesize({ rollout: { strategy: 'canary' } }));
    expect(message).toContain('rollout.strategy is canary for a fleet of 1 instance');
  });

  test('moves all at once unless asked, because a template does not know how many instances run', () => {
    expect(routing(synthesize({ hosting: { kind: 'realtime', instanceCount: 2 } }))['Type']).toBe(
      'ALL_AT_ONCE',
    );
  });

  test('begins with a canary of one instance where asked, from two instances on', () => {
    const template = synthesize({
      hosting: { kind: 'realtime', scaling: { minInstances: 2 } },
      rollout: { strategy: 'canary' },
    });
    expect(routing(template)).toMatchObject({
      Type: 'CANARY',
      CanarySize: { Type: 'INSTANCE_COUNT', Value: 1 },
    });
  });

  test('goes without alarms and waiting where asked, and then takes none', () => {
    const template = synthesize({ rollout: { strategy: 'none' } });
    expect(only(template, 'AWS::SageMaker::Endpoint')).not.toHaveProperty('DeploymentConfig');
    const metrics = Object.values(resources(template, 'AWS::CloudWatch::Alarm'));
    expect(JSON.stringify(metrics)).not.toContain('EndpointConfigName');
    const bakeTime = Duration.minutes(1);
    expect(failure(() => synthesize({ rollout: { strategy: 'none', bakeTime } }))).toContain(
      'rollout.strategy is none, which neither waits nor reads alarms; leave out bakeTime',
    );
  });

  test('moves in linear steps of 10 to 50 percent where asked', () => {
    const rollout = { strategy: 'linear', bakeTime: Duration.minutes(2) } as const;
    const template = synthesize({ rollout, hosting: { kind: 'realtime', instanceCount: 4 } });
    expect(routing(template)).toMatchObject({
      Type: 'LINEAR',
      WaitIntervalInSeconds: 120,
      LinearStepSize: { Type: 'CAPACITY_PERCENT', Value: 25 },
    });
  });

  test('is undone by alarms on the new fleet alone, without a circle between endpoint and alarms', () => {
    const endpoint = only(plain, 'AWS::SageMaker::Endpoint');
    const { AutoRollbackConfiguration } = endpoint['DeploymentConfig'] as Record<
      string,
      { Alarms: unknown[] }
    >;
    const references = JSON.stringify(AutoRollbackConfiguration);
    const alarms = Object.entries(resources(plain, 'AWS::CloudWatch::Alarm')).filter(([id]) =>
      references.includes(id),
    );
    expect(alarms).toHaveLength(2);
    for (const [, { Properties }] of alarms) {
      expect(Properties['Dimensions']).toEqual(
        expect.arrayContaining([
          { Name: 'EndpointName', Value: endpoint['EndpointName'] },
          { Name: 'VariantName', Value: 'Primary' },
          { Name: 'EndpointConfigName', Value: { 'Fn::GetAtt': [expect.any(String), 'EndpointConfigName'] } },
        ]),
      );
    }
  });

  test('must not time out while it waits on purpose', () => {
    const hosting = { kind: 'realtime', instanceCount: 4 } as const;
    const bakeTime = Duration.minutes(30);
    const slow = synthesize({ hosting, rollout: { strategy: 'linear', bakeTime } });
    expect(only(slow, 'AWS::SageMaker::Endpoint')['DeploymentConfig']).toMatchObject({
      BlueGreenUpdatePolicy: { MaximumExecutionTimeoutInSeconds: 4 * 1800 + 300 + 3000 },
    });
    const timeout = Duration.hours(1);
    expect(
      failure(() => synthesize({ hosting, rollout: { strategy: 'linear', bakeTime, timeout } })),
    ).toContain('rollout.timeout is 3600 s, but bakeTime after each step and terminationWait take 7500 s');
  });

  test('cannot be watched by more than ten alarms', () => {
    const message = failure(() =>
      synthesize((stack) => {
        const metric = new Metric({ namespace: 'Own', metricName: 'Own' });
        const alarms = Array.from(
          { length: 9 },
          (_, index) =>
            new Alarm(stack, `Alarm${index}`, { metric, threshold: 1, evaluationPeriods: 1 }) as IAlarm,
        );
        return { rollout: { alarms } };
      }),
    );
    expect(message).toContain('11 alarms may undo an update; SageMaker reads 10');
  });
});

describe('scaling', () => {
  test('follows requests in flight at high resolution, by the target of the instance type', () => {
    for (const [instanceType, target] of [
      ['ml.g4dn.xlarge', 16],
      ['ml.g5.xlarge', 32],
      [CPU, 4],
    ] as const) {
      const template = synthesize({ hosting: { kind: 'realtime', instanceType } });
      expect(only(template, 'AWS::ApplicationAutoScaling::ScalingPolicy')).toMatchObject({
        PolicyType: 'TargetTrackingScaling',
        TargetTrackingScalingPolicyConfiguration: {
          TargetValue: target,
          PredefinedMetricSpecification: {
            PredefinedMetricType: 'SageMakerVariantConcurrentRequestsPerModelHighResolution',
          },
        },
      });
    }
  });

  test('comes after the endpoint, and makes no role where the service has its own', () => {
    const target = only(plain, 'AWS::ApplicationAutoScaling::ScalableTarget');
    expect(JSON.stringify(target['ResourceId'])).toContain('"EndpointName"');
    expect(target).not.toHaveProperty('RoleARN');
    expect(target).toMatchObject({ MinCapacity: 1, MaxCapacity: 2 });
  });

  test('never goes to zero instances of a real-time variant', () => {
    const message = failure(() =>
      synthesize({ hosting: { kind: 'realtime', scaling: { minInstances: 0 } } }),
    );
    expect(message).toContain('scaling.minInstances is 0');
  });

  test('is not for burstable types, which SageMaker does not scale', () => {
    const hosting = { kind: 'realtime', instanceType: 'ml.t2.medium' } as const;
    expect(failure(() => synthesize({ hosting }))).toContain('ml.t2.medium is burstable');
    synthesize({ hosting: { ...hosting, scaling: false } });
  });

  test('starts below its minimum where no count is given, and lifts the fleet', () => {
    const template = synthesize({
      hosting: { kind: 'realtime', scaling: { minInstances: 2, maxInstances: 8 } },
    });
    expect(primaryVariant(template)['InitialInstanceCount']).toBe(1);
    expect(only(template, 'AWS::ApplicationAutoScaling::ScalableTarget')['MinCapacity']).toBe(2);
  });

  test('adds steps and schedules where asked', () => {
    const template = synthesize({
      hosting: {
        kind: 'realtime',
        scaling: {
          maxInstances: 6,
          steps: [
            { concurrentRequests: 40, add: 1 },
            { concurrentRequests: 80, add: 3 },
          ],
          schedules: [
            { name: 'morning', schedule: 'cron(0 7 * * ? *)', timezone: 'Europe/Paris', minInstances: 3 },
          ],
        },
      },
    });
    template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', {
      PolicyType: 'StepScaling',
      StepScalingPolicyConfiguration: {
        StepAdjustments: [
          { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 40, ScalingAdjustment: 1 },
          { MetricIntervalLowerBound: 40, ScalingAdjustment: 3 },
        ],
      },
    });
    expect(only(template, 'AWS::ApplicationAutoScaling::ScalableTarget')['ScheduledActions']).toEqual([
      {
        ScheduledActionName: 'morning',
        Schedule: 'cron(0 7 * * ? *)',
        Timezone: 'Europe/Paris',
        ScalableTargetAction: { MinCapacity: 3 },
      },
    ]);
  });
});

describe('alarms', () => {
  test('compare latency in microseconds, the unit of the metric', () => {
    plain.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'ModelLatency',
      Threshold: 5_000_000,
      ExtendedStatistic: 'p99',
      Dimensions: [{ Name: 'EndpointName' }, { Name: 'VariantName' }].map(Match.objectLike),
    });
    const own = synthesize({ watch: { thresholds: { modelLatencyMs: 250, overheadLatencyMs: 100 } } });
    own.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'ModelLatency', Threshold: 250_000 });
    own.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'OverheadLatency',
      Threshold: 100_000,
    });
  });

  test('read instance metrics from their own namespace and scale them by GPUs and processors', () => {
    const hosting = { kind: 'realtime', instanceType: 'ml.g4dn.12xlarge' } as const;
    const template = synthesize({ hosting });
    const instance = { Namespace: '/aws/sagemaker/Endpoints' };
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      ...instance,
      MetricName: 'GPUUtilization',
      Threshold: 4 * 90,
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      ...instance,
      MetricName: 'CPUUtilization',
      Threshold: 48 * 90,
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      ...instance,
      MetricName: 'MemoryUtilization',
      Threshold: 85,
    });
  });

  test('count requests without any answer apart from 4xx and 5xx, which the metric of model errors includes', () => {
    plain.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Metrics: Match.arrayWith([
        Match.objectLike({
          Expression: 'errors - FILL(refused, 0) - FILL(failed, 0)',
        }),
      ]),
    });
  });

  test('count the refusals of this endpoint alone', () => {
    plain.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'Refused',
      Dimensions: [{ Name: 'EndpointName', Value: only(plain, 'AWS::SageMaker::Endpoint')['EndpointName'] }],
    });
  });

  test('go off when no instance reports, and only after the endpoint is there', () => {
    plain.hasResource('AWS::CloudWatch::Alarm', {
      Properties: {
        MetricName: 'CPUUtilization',
        Statistic: 'SampleCount',
        ComparisonOperator: 'LessThanThreshold',
        TreatMissingData: 'breaching',
      },
      DependsOn: Match.arrayWith([Match.stringLikeRegexp('^Endpoint')]),
    });
  });

  test('do not go off on silence otherwise', () => {
    const silent = Object.values(resources(plain, 'AWS::CloudWatch::Alarm')).filter(
      ({ Properties }) => Properties['TreatMissingData'] === 'breaching',
    );
    expect(silent).toHaveLength(1);
  });

  test('tell a topic when they go off and when they are over', () => {
    const template = synthesize((stack) => ({ watch: { topic: new Topic(stack, 'Topic') } }));
    for (const { Properties } of Object.values(resources(template, 'AWS::CloudWatch::Alarm'))) {
      if (JSON.stringify(Properties['Dimensions'])?.includes('EndpointConfigName')) continue;
      expect(Properties['AlarmActions']).toHaveLength(1);
      expect(Properties['OKActions']).toHaveLength(1);
    }
  });

  test('refuse a threshold that does not exist', () => {
    const thresholds = { modelLatency: 1 } as Record<string, number>;
    expect(failure(() => synthesize({ watch: { thresholds } }))).toContain(
      'watch.thresholds.modelLatency does not exist; expected one of serverErrors',
    );
  });
});

describe('keys, networks and capture', () => {
  test('a key encrypts volumes, but is not named for local NVMe storage, where it may be refused', () => {
    const withKey = (instanceType: string): Template =>
      synthesize((stack) => ({
        security: { encryptionKey: new Key(stack, 'Key') },
        hosting: { kind: 'realtime', instanceType },
      }));
    expect(only(withKey(CPU), 'AWS::SageMaker::EndpointConfig')['KmsKeyId']).toBeDefined();
    expect(only(withKey('ml.g4dn.xlarge'), 'AWS::SageMaker::EndpointConfig')).not.toHaveProperty('KmsKeyId');
  });

  test('captured requests go to the bucket, with permission to write there alone', () => {
    const template = synthesize((stack) => ({
      dataCapture: { bucket: new Bucket(stack, 'Capture') as IBucket, samplingPercent: 5 },
    }));
    expect(only(template, 'AWS::SageMaker::EndpointConfig')['DataCaptureConfig']).toMatchObject({
      EnableCapture: true,
      InitialSamplingPercentage: 5,
      CaptureOptions: [{ CaptureMode: 'Input' }, { CaptureMode: 'Output' }],
    });
    expect(JSON.stringify(resources(template, 'AWS::IAM::Policy'))).toContain('/data-capture/*');
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'DiskUtilization',
      Threshold: 75,
    });
  });

  test('a VPC gives subnets in two zones, a group that lets out HTTPS alone, and interface permissions', () => {
    const template = synthesize((stack) => ({ security: { vpc: new Vpc(stack, 'Vpc') as IVpc } }));
    const config = only(template, 'AWS::SageMaker::Model')['VpcConfig'] as Record<string, unknown[]>;
    expect(config['Subnets']).toHaveLength(2);
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupEgress: [Match.objectLike({ FromPort: 443, ToPort: 443 })],
      SecurityGroupIngress: Match.absent(),
    });
    expect(JSON.stringify(resources(template, 'AWS::IAM::Policy'))).toContain(
      'ec2:CreateNetworkInterfacePermission',
    );
  });

  test('a VPC of one zone is refused', () => {
    const message = failure(() =>
      synthesize((stack) => ({ security: { vpc: new Vpc(stack, 'Vpc', { maxAzs: 1 }) as IVpc } })),
    );
    expect(message).toContain('the subnets lie in 1 zone(s)');
  });

  test('PrivateLink admits calls of these endpoints alone', () => {
    const { stack, endpoint } = newEndpoint();
    new RuntimeAccess(stack, 'Access', { vpc: new Vpc(stack, 'Vpc') as IVpc, endpoints: [endpoint] });
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::VPCEndpoint', {
      PrivateDnsEnabled: true,
      PolicyDocument: {
        Statement: [
          Match.objectLike({
            Action: Match.arrayWith(['sagemaker:InvokeEndpoint']),
            Resource: Match.anyValue(),
          }),
        ],
      },
    });
  });

  test('a caller is granted the call and nothing else', () => {
    const { stack, endpoint } = newEndpoint();
    const caller = new Role(stack, 'Caller', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    endpoint.grantInvoke(caller);
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: [Match.objectLike({ Action: 'sagemaker:InvokeEndpoint' })] },
    });
  });

  test('the ARN of an endpoint known by name is in lower case, as IAM compares it', () => {
    const { stack } = newEndpoint();
    const found = ModerationEndpoint.fromEndpointName(stack, 'Found', 'Moderation-EU');
    expect(stack.resolve(found.endpointArn)).toEqual(
      expect.objectContaining({ 'Fn::Join': ['', expect.arrayContaining([':endpoint/moderation-eu'])] }),
    );
    expect(found.metricModelLatency().dimensions).toEqual({
      EndpointName: 'Moderation-EU',
      VariantName: 'Primary',
    });
  });
});

describe('wrong options', () => {
  test('are all told in one error', () => {
    const message = failure(() =>
      synthesize({
        endpointName: 'not_a_name',
        rollout: { strategy: 'linear', bakeTime: Duration.hours(2) },
        hosting: { kind: 'realtime', instanceType: 'g4dn.xlarge', startupTimeout: Duration.seconds(5) },
      }),
    );
    expect(message.split('\n- ')).toHaveLength(6);
    for (const part of [
      'endpointName',
      'instanceType',
      'startupTimeout',
      'rollout.strategy',
      'rollout.bakeTime',
    ]) {
      expect(message).toContain(`- ${part}`);
    }
  });

  test('a value known only at deployment is not judged', () => {
    const template = synthesize((stack) => ({
      image: ImageSource.fromUri(IMAGE_URI, 'gpu'),
      hosting: {
        kind: 'realtime',
        instanceType: new CfnParameter(stack, 'Type').valueAsString,
        amiVersion: new CfnParameter(stack, 'Ami').valueAsString,
      },
      endpointName: new CfnParameter(stack, 'Name').valueAsString,
    }));
    expect(primaryVariant(template)).toMatchObject({
      InstanceType: { Ref: 'Type' },
      InferenceAmiVersion: { Ref: 'Ami' },
    });
  });

  test('an instance type known only at deployment needs the target and the machine image said', () => {
    const hosting = (stack: Stack) =>
      ({ kind: 'realtime', instanceType: new CfnParameter(stack, 'Type').valueAsString }) as const;
    expect(failure(() => synthesize((stack) => ({ hosting: hosting(stack) })))).toContain(
      'give the image its target',
    );
    const image = ImageSource.fromUri(IMAGE_URI, 'gpu');
    expect(failure(() => synthesize((stack) => ({ image, hosting: hosting(stack) })))).toContain(
      'set amiVersion',
    );
  });

  test('an image for the other kind of processor is refused', () => {
    expect(failure(() => synthesize({ image: ImageSource.fromUri(IMAGE_URI, 'cpu') }))).toContain(
      "the image's target is cpu, but ml.g4dn.xlarge wants gpu",
    );
    const hosting = { kind: 'realtime', instanceType: 'ml.c7g.xlarge' } as const;
    expect(failure(() => synthesize({ image: ImageSource.fromProject(), hosting }))).toContain(
      'Arm processor',
    );
  });

  test('an image without a digest is refused, because a moved tag never rolls out', () => {
    const tagged = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/moderation:latest';
    expect(failure(() => ImageSource.fromUri(tagged))).toContain('a moved tag never rolls out');
  });
});

function routing(template: Template): Record<string, unknown> {
  const deployment = only(template, 'AWS::SageMaker::Endpoint')['DeploymentConfig'] as Record<
    string,
    Record<string, Record<string, unknown>>
  >;
  return deployment['BlueGreenUpdatePolicy']?.['TrafficRoutingConfiguration'] ?? {};
}
