import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import type { Stack } from 'aws-cdk-lib/core';
import { THRESHOLDS } from '../../lib/infra/constructs/watch/thresholds.js';
import { appContextSchema, parseAppContext } from '../../lib/infra/stacks/app-context.js';
import { createStack } from '../../lib/infra/stacks/create-stack.js';
import {
  DIGEST,
  failure,
  IMAGE_URI,
  MODEL_FOLDER,
  newApp,
  only,
  primaryVariant,
} from './support/synthesize.js';

const create = (context: Record<string, unknown>): Stack =>
  createStack(newApp({ model: MODEL_FOLDER, image: IMAGE_URI, ...context }));

describe("the app's context", () => {
  test('reads the strings of the command line as numbers and flags', () => {
    expect(
      parseAppContext({ minInstances: '2', dashboard: 'false', concurrentRequests: '7.5' }),
    ).toMatchObject({
      minInstances: 2,
      dashboard: false,
      concurrentRequests: 7.5,
    });
  });

  test('tells every unknown key and bad value in one error, with the key that was meant', () => {
    const message = failure(() =>
      parseAppContext({
        instanceTyp: 'ml.g5.xlarge',
        hosting: 'lambda',
        maxInstances: 'many',
        precision: 'fp8',
      }),
    );
    expect(message).toContain('instanceTyp is no setting; did you mean instanceType?');
    for (const part of ['hosting is "lambda"', 'maxInstances is "many"', 'precision is "fp8"']) {
      expect(message).toContain(part);
    }
    expect(message.split('\n- ')).toHaveLength(5);
  });

  test('tells settings that the hosting would not read, and those that need another', () => {
    const message = failure(() =>
      parseAppContext({
        hosting: 'serverless',
        instanceType: 'ml.g5.xlarge',
        batchBucket: 'b',
        minMacroF1: '0.5',
      }),
    );
    for (const part of [
      'instanceType is not read by hosting serverless; it is for realtime, async, scale-to-zero, batch',
      'batchBucket is not read by hosting serverless; it is for batch',
      'minMacroF1 means nothing without evaluationGate',
    ]) {
      expect(message).toContain(part);
    }
  });

  test('leaves the keys of CDK alone', () => {
    const context = {
      '@aws-cdk/core:flag': true,
      'aws:cdk:bundling-stacks': ['*'],
      'availability-zones:account=1': [],
      'acknowledged-issue-numbers': [16603],
      'cli-telemetry': false,
    };
    expect(parseAppContext(context).hosting).toBe('realtime');
  });

  test('reads build arguments as an object, as assignments, and as JSON where values hold spaces', () => {
    const buildArgs = {
      NODE_IMAGE: 'mirror.example/node:24-slim',
      PROVIDER_URL: 'https://a.example/b.tgz?c=d',
      CUDA_PACKAGES: '',
    };
    const assignments = Object.entries(buildArgs).map(([name, value]) => `${name}=${value}`);
    for (const given of [buildArgs, assignments.join(' '), ` ${JSON.stringify(buildArgs)}`]) {
      expect(parseAppContext({ buildArgs: given }).buildArgs).toEqual(buildArgs);
    }
    for (const bad of [
      'NODE_IMAGE',
      'NODE_IMAGE: x',
      '{"NODE_IMAGE": 24}',
      '{NODE_IMAGE}',
      '',
      7,
      { NODE_IMAGE: 24 },
    ]) {
      expect(failure(() => parseAppContext({ buildArgs: bad }))).toContain(
        `buildArgs is ${JSON.stringify(bad)}: expected NAME=value NAME=value, or an object of strings`,
      );
    }
  });

  test('refuses settings of a build for an image that is not built here', () => {
    const message = failure(() =>
      parseAppContext({ image: IMAGE_URI, buildNetwork: 'host', buildArgs: 'A=b' }),
    );
    expect(message).toContain(`buildArgs means nothing with image ${IMAGE_URI}`);
    expect(message).toContain(`buildNetwork means nothing with image ${IMAGE_URI}`);
  });

  test('refuses an image by tag and a model in S3 without its hash', () => {
    expect(failure(() => create({ image: IMAGE_URI.replace(`@${DIGEST}`, ':latest') }))).toContain(
      '@sha256:DIGEST',
    );
    expect(failure(() => create({ model: 's3://models/abcdef12/' }))).toContain('set modelHash');
  });
});

describe('the app', () => {
  test('applies the settings to the endpoint', () => {
    const template = Template.fromStack(
      create({
        instanceType: 'ml.g5.xlarge',
        instanceCount: '2',
        endpointName: 'moderation',
        costCenter: 'safety',
      }),
    );
    expect(primaryVariant(template)).toMatchObject({ InstanceType: 'ml.g5.xlarge', InitialInstanceCount: 2 });
    const endpoint = only(template, 'AWS::SageMaker::Endpoint');
    expect(endpoint['EndpointName']).toBe('moderation');
    expect(endpoint['Tags']).toContainEqual({ Key: 'cost-center', Value: 'safety' });
  });

  test('gives out what a client needs', () => {
    expect(Object.keys(Template.fromStack(create({})).findOutputs('*'))).toEqual([
      'EndpointName',
      'EndpointArn',
    ]);
    expect(Object.keys(Template.fromStack(create({ hosting: 'async' })).findOutputs('*'))).toEqual(
      expect.arrayContaining(['AsyncInput', 'AsyncOutput', 'SuccessTopicArn', 'ErrorTopicArn']),
    );
  });

  test('tells the component that a client names where hosting scales to zero', () => {
    const template = Template.fromStack(create({ hosting: 'scale-to-zero' }));
    const { Value } = template.findOutputs('InferenceComponentName')['InferenceComponentName'] ?? {};
    expect(Value).toBe(only(template, 'AWS::SageMaker::InferenceComponent')['InferenceComponentName']);
  });

  test('gives out the description of a batch job, small enough for an output', () => {
    const template = Template.fromStack(create({ hosting: 'batch' }));
    const definition = JSON.stringify(template.findOutputs('JobDefinition')['JobDefinition']?.['Value']);
    expect(definition).toContain('TransformInput');
    expect(definition.length).toBeLessThan(4096);
  });

  test('states the thresholds of a policy beside the model, which the container applies', () => {
    const model = mkdtempSync(join(tmpdir(), 'policy-'));
    cpSync(MODEL_FOLDER, model, { recursive: true });
    const { thresholds } = JSON.parse(readFileSync(join(model, 'inference_config.json'), 'utf8'));
    const rule = { threshold: 0.61, review: { from: 0.5, to: 0.7 } };
    const names = Array.isArray(thresholds)
      ? JSON.parse(readFileSync(join(model, 'inference_config.json'), 'utf8')).class_names
      : Object.keys(thresholds);
    const classes = Object.fromEntries(names.map((name: string) => [name, rule]));
    const hash = '0'.repeat(64);
    const head = {
      format: 1,
      name: 'p',
      created: '2026-03-01T09:00:00Z',
      pack: hash,
      data: hash,
      method: 'by hand',
    };
    writeFileSync(join(model, 'policy.json'), JSON.stringify({ ...head, classes }));
    const template = Template.fromStack(create({ model, governance: 'true' }));
    expect(only(template, 'AWS::SageMaker::ModelCard')['Content']).toMatchObject({
      AdditionalInformation: { CustomDetails: { 'threshold sexist': '0.61' } },
    });
  });

  test('makes a model card and a model package that says what the model is', () => {
    const template = Template.fromStack(create({ governance: 'true' }));
    const content = only(template, 'AWS::SageMaker::ModelCard')['Content'];
    expect(content).toMatchObject({
      ModelOverview: { ModelName: 'google/siglip2-base-patch16-224' },
      IntendedUses: { RiskRating: 'High' },
      AdditionalInformation: { CustomDetails: { 'threshold sexist': '0.75' } },
    });
    expect(only(template, 'AWS::SageMaker::ModelPackage')).toMatchObject({
      ModelApprovalStatus: 'PendingManualApproval',
      CustomerMetadataProperties: { threshold_sexist: '0.75' },
    });
  });
});

describe('docs/deploy.md', () => {
  const document = readFileSync('docs/deploy.md', 'utf8');

  test.each(Object.keys(appContextSchema.shape))('names the setting %s', (key) => {
    expect(document).toContain(`\`${key}\``);
  });

  test.each(Object.entries(THRESHOLDS))(
    'states the threshold %s as it is',
    (name, { default: value, reason }) => {
      const row = document.split('\n').find((line) => line.startsWith(`| \`${name}\` |`));
      expect(row).toContain(String(value));
      expect(row).toContain(reason);
    },
  );
});
