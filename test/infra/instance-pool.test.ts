import { describe, expect, test } from '@jest/globals';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Duration } from 'aws-cdk-lib/core';
import { ImageSource } from '../../lib/infra/constructs/container/image-source.js';
import type { Hosting } from '../../lib/infra/constructs/hosting/hosting.js';
import { ModelSource } from '../../lib/infra/constructs/model/model-source.js';
import { createStack } from '../../lib/infra/stacks/create-stack.js';
import {
  failure,
  IMAGE_URI,
  MODEL_FOLDER,
  newApp,
  only,
  primaryVariant,
  resources,
  synthesize,
} from './support/synthesize.js';

const POOL = ['ml.g4dn.xlarge', 'ml.g6.xlarge', 'ml.g5.xlarge'];
const pooled = (instancePool = POOL): Hosting => ({ kind: 'realtime', instancePool });
const refused = (hosting: Hosting, image = ImageSource.fromUri(IMAGE_URI)) =>
  failure(() => synthesize({ hosting, image }));

describe('a pool of instance types', () => {
  test.each<[string, Hosting]>([
    ['real-time', pooled()],
    ['asynchronous', { kind: 'async', instancePool: POOL }],
    ['scaling to zero', { kind: 'scale-to-zero', instancePool: POOL }],
  ])('takes the place of the type: %s', (_title, hosting) => {
    const variant = primaryVariant(synthesize({ hosting }));
    expect(variant).not.toHaveProperty('InstanceType');
    expect(variant).toMatchObject({
      InstancePools: POOL.map((InstanceType, index) => ({ InstanceType, Priority: index + 1 })),
      VariantInstanceProvisionTimeoutInSeconds: 1200,
      InferenceAmiVersion: 'al2-ami-sagemaker-inference-gpu-3-1',
      RoutingConfig: { RoutingStrategy: 'LEAST_OUTSTANDING_REQUESTS' },
    });
  });

  test('is scaled by what the weakest of its types carries', () => {
    const target = (hosting: Hosting): unknown =>
      only(synthesize({ hosting }), 'AWS::ApplicationAutoScaling::ScalingPolicy');
    expect(target(pooled(['ml.g6.xlarge', 'ml.g4dn.xlarge']))).toMatchObject({
      TargetTrackingScalingPolicyConfiguration: { TargetValue: 16 },
    });
    const { AsyncInferenceConfig } = only(
      synthesize({ hosting: { kind: 'async', instancePool: POOL } }),
      'AWS::SageMaker::EndpointConfig',
    );
    expect(AsyncInferenceConfig).toMatchObject({ ClientConfig: { MaxConcurrentInvocationsPerInstance: 16 } });
  });

  test('is watched as a whole, and type by type where the types differ in size', () => {
    const busy = (types: string[]) =>
      Object.values(resources(synthesize({ hosting: pooled(types) }), 'AWS::CloudWatch::Alarm'))
        .map(({ Properties }) => Properties)
        .filter(({ MetricName }) => MetricName === 'CPUUtilization')
        .filter(({ Statistic }) => Statistic === 'Average')
        .map(({ Threshold, Dimensions }) => [
          Threshold,
          (Dimensions as { Name: string; Value: unknown }[]).find(({ Name }) => Name === 'InstanceType')
            ?.Value,
        ]);
    expect(busy(POOL)).toEqual([[360, undefined]]);
    expect(busy(['ml.g6.xlarge', 'ml.g6.2xlarge'])).toEqual([
      [360, 'ml.g6.xlarge'],
      [720, 'ml.g6.2xlarge'],
    ]);
  });

  test('is that of variants without a type of their own', () => {
    const model = ModelSource.fromPack(MODEL_FOLDER);
    const variants = [
      { name: 'Same', model },
      { name: 'Own', model, instanceType: 'ml.g5.xlarge' },
    ];
    const template = synthesize({ hosting: { kind: 'realtime', instancePool: POOL, variants } });
    const { ProductionVariants } = only(template, 'AWS::SageMaker::EndpointConfig');
    const [, same, own] = ProductionVariants as Record<string, unknown>[];
    expect(same).toHaveProperty('InstancePools');
    expect(own).toMatchObject({ InstanceType: 'ml.g5.xlarge' });
    expect(own).not.toHaveProperty('InstancePools');
  });

  test.each<[string, Partial<Extract<Hosting, { kind: 'realtime' }>>, string]>([
    ['a type beside it', { instanceType: 'ml.g5.xlarge' }, 'instanceType and instancePool are both given'],
    ['one type', { instancePool: ['ml.g5.xlarge'] }, 'has 1 types; expected 2 to 5'],
    ['six types', { instancePool: [...POOL, ...POOL] }, 'has 6 types; expected 2 to 5'],
    ['a type twice', { instancePool: ['ml.g5.xlarge', 'ml.g5.xlarge'] }, 'expected each type once'],
    ['a name that is not a type', { instancePool: ['ml.g5.xlarge', 'g6'] }, 'a type of instancePool is "g6"'],
    [
      'types with and without GPU',
      { instancePool: ['ml.g5.xlarge', 'ml.c6i.xlarge'] },
      'with and without GPU',
    ],
    [
      'a GPU that the machine image does not know',
      { instancePool: ['ml.g6.xlarge', 'ml.g7.2xlarge'] },
      'Blackwell',
    ],
    ['a volume beside local storage', { volumeGiB: 30 }, 'volumeGiB is 30 on ml.g4dn.xlarge'],
    ['too little patience', { provisionTimeout: Duration.minutes(4) }, 'expected 300 to 3600 s'],
  ])('is refused with %s', (_title, options, message) => {
    expect(refused({ ...pooled(), ...options } as Hosting)).toContain(message);
  });

  test('tells one problem of several types once', () => {
    const message = refused({ ...pooled(), amiVersion: 'none' } as Hosting);
    expect(message.match(/amiVersion is "none"/g)).toHaveLength(1);
  });

  test('of Arm types is refused with the image of the project', () => {
    const hosting = pooled(['ml.c7i.xlarge', 'ml.c7g.xlarge']);
    expect(refused(hosting, ImageSource.fromProject())).toContain('ml.c7g.xlarge has an Arm processor');
  });

  test('with a key has volumes of one sort, or none that the key would miss', () => {
    const withKey = (types: string[]) =>
      synthesize((stack) => ({
        hosting: pooled(types),
        security: { encryptionKey: new Key(stack, 'Key') },
      }));
    expect(failure(() => withKey(['ml.c6i.xlarge', 'ml.m5d.xlarge']))).toContain('local NVMe storage');
    const same = withKey(['ml.c6i.xlarge', 'ml.c7i.xlarge']);
    expect(only(same, 'AWS::SageMaker::EndpointConfig')).toHaveProperty('KmsKeyId');
  });

  test('lengthens what an update may take by the time that capacity is looked for', () => {
    const timeout = (hosting: Hosting) => {
      const { DeploymentConfig } = only(synthesize({ hosting }), 'AWS::SageMaker::Endpoint');
      const { BlueGreenUpdatePolicy } = DeploymentConfig as Record<string, Record<string, unknown>>;
      return BlueGreenUpdatePolicy?.['MaximumExecutionTimeoutInSeconds'];
    };
    const single: Hosting = { kind: 'realtime' };
    expect(timeout(pooled())).toBe(Number(timeout(single)) + 1200);
    const rollout = { timeout: Duration.minutes(20) };
    expect(failure(() => synthesize({ hosting: pooled(), rollout }))).toContain('provisionTimeout 1200 s');
  });
});

test('a single type may have its time to find capacity, too', () => {
  const hosting: Hosting = { kind: 'realtime', provisionTimeout: Duration.minutes(15) };
  expect(primaryVariant(synthesize({ hosting }))).toMatchObject({
    InstanceType: 'ml.g4dn.xlarge',
    VariantInstanceProvisionTimeoutInSeconds: 900,
  });
});

test('no key is named where a variant or a shadow alone has local storage', () => {
  const model = ModelSource.fromPack(MODEL_FOLDER);
  const other = { model, instanceType: 'ml.g5.xlarge' };
  for (const further of [{ variants: [{ ...other, name: 'Other' }] }, { shadow: other }]) {
    const template = synthesize((stack) => ({
      hosting: { kind: 'realtime', instanceType: 'ml.c6i.xlarge', ...further },
      security: { encryptionKey: new Key(stack, 'Key') },
    }));
    expect(only(template, 'AWS::SageMaker::EndpointConfig')).not.toHaveProperty('KmsKeyId');
  }
});

describe('the setting instancePool', () => {
  const create = (context: Record<string, string>): Template =>
    Template.fromStack(createStack(newApp({ model: MODEL_FOLDER, image: IMAGE_URI, ...context })));

  test('is a list by comma, and provisionMinutes the time', () => {
    const template = create({ instancePool: POOL.join(', '), provisionMinutes: '10', governance: 'true' });
    expect(primaryVariant(template)).toMatchObject({
      InstancePools: [{ InstanceType: 'ml.g4dn.xlarge' }, { InstanceType: 'ml.g6.xlarge' }, {}],
      VariantInstanceProvisionTimeoutInSeconds: 600,
    });
    template.hasResourceProperties('AWS::SageMaker::ModelPackage', {
      InferenceSpecification: Match.objectLike({ SupportedRealtimeInferenceInstanceTypes: POOL }),
    });
  });

  test('is taken back by an empty value, so that a type may take its place', () => {
    expect(primaryVariant(create({ instancePool: '', instanceType: 'ml.g5.xlarge' }))).toMatchObject({
      InstanceType: 'ml.g5.xlarge',
    });
  });

  test('is refused where the hosting would not read it, or beside a type', () => {
    expect(failure(() => create({ hosting: 'batch', instancePool: POOL.join() }))).toContain(
      'instancePool is not read by hosting batch',
    );
    expect(failure(() => create({ instanceType: 'ml.g5.xlarge', instancePool: POOL.join() }))).toContain(
      'both given',
    );
  });
});
