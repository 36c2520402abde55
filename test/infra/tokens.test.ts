import { describe, expect, test } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { CfnParameter, Duration, Fn, Stack } from 'aws-cdk-lib/core';
import { LIMITS, type LimitName } from '../../lib/contract/limits.js';
import { BatchTransform, type BatchTransformProps } from '../../lib/infra/constructs/batch-transform.js';
import { ImageSource } from '../../lib/infra/constructs/container/image-source.js';
import { ModelSource } from '../../lib/infra/constructs/model/model-source.js';
import { ModerationEndpoint } from '../../lib/infra/constructs/moderation-endpoint.js';
import type { ModerationEndpointProps } from '../../lib/infra/constructs/moderation-endpoint-props.js';
import { type DurationPaths, type NumberPaths, setAt, type TextPaths } from './support/option-paths.js';
import { failure, IMAGE_URI, MODEL_FOLDER, newApp } from './support/synthesize.js';

/** What becomes of a token: it comes into the template as it is, or it is refused by name. */
interface Case {
  /** Options that the one under trial needs. */
  readonly base?: object;
  /** What the refusal says; undefined where the token is kept. */
  readonly refused?: RegExp;
  /** Options with which it is not refused any more. */
  readonly unless?: Readonly<Record<string, unknown>>;
}

/** All limits of a container are tried at once. */
type Rows<Path extends string> = Path extends `${infer Owner}.limits.${LimitName}` ? `${Owner}.limits` : Path;

const KEPT: Case = {};
const model = ModelSource.fromPack(MODEL_FOLDER);
const CPU = 'ml.c6i.xlarge';
const onCpu = (kind: string, more: object = {}) => ({
  base: { hosting: { kind, instanceType: CPU, ...more } },
});
const variants = onCpu('realtime', { variants: [{ name: 'Half', model }] });
const shadow = onCpu('realtime', { shadow: { model } });
const scaled = (more: object) => onCpu('realtime', { scaling: more });
const bounds = { 'hosting(realtime).scaling': { minInstances: 1, maxInstances: 2 } };
const withTimeout = { 'rollout.timeout': Duration.hours(2) };
const review = { base: { review: {} } };

const NUMBERS: Record<Rows<NumberPaths<ModerationEndpointProps>>, Case> = {
  'container.threads': KEPT,
  'container.replicas': KEPT,
  'container.limits': KEPT,
  'dataCapture.samplingPercent': KEPT,
  'evaluationGate.minMacroF1': { refused: /evaluationGate\.minMacroF1 is known only at deployment/ },
  'evaluationGate.minHarmfulRecall': { refused: /evaluationGate\.minHarmfulRecall is known only/ },
  'hosting(realtime).instanceCount': {
    ...onCpu('realtime'),
    refused: /instanceCount is known only at deployment, and maxInstances is twice the minimum/,
    unless: bounds,
  },
  'hosting(realtime).volumeGiB': onCpu('realtime'),
  'hosting(realtime).scaling.minInstances': {
    ...onCpu('realtime'),
    refused: /scaling\.minInstances is known only at deployment, and maxInstances is twice the minimum/,
    unless: { 'hosting(realtime).scaling.maxInstances': 4 },
  },
  'hosting(realtime).scaling.maxInstances': onCpu('realtime'),
  'hosting(realtime).scaling.concurrentRequests': onCpu('realtime'),
  'hosting(realtime).scaling.steps[].concurrentRequests': {
    ...scaled({ steps: [{ concurrentRequests: 10, add: 1 }] }),
    refused: /concurrentRequests of scaling\.steps is known only at deployment/,
  },
  'hosting(realtime).scaling.steps[].add': scaled({ steps: [{ concurrentRequests: 10, add: 1 }] }),
  'hosting(realtime).scaling.schedules[].minInstances': scaled({ schedules: [{ name: 'n', schedule: 's' }] }),
  'hosting(realtime).scaling.schedules[].maxInstances': scaled({ schedules: [{ name: 'n', schedule: 's' }] }),
  'hosting(realtime).variants[].instanceCount': {
    ...variants,
    refused: /instanceCount is known only at deployment, and maxInstances is twice the minimum/,
    unless: bounds,
  },
  'hosting(realtime).variants[].weight': variants,
  'hosting(realtime).variants[].container.threads': variants,
  'hosting(realtime).variants[].container.replicas': variants,
  'hosting(realtime).variants[].container.limits': variants,
  'hosting(realtime).shadow.instanceCount': shadow,
  'hosting(realtime).shadow.share': shadow,
  'hosting(realtime).shadow.container.threads': shadow,
  'hosting(realtime).shadow.container.replicas': shadow,
  'hosting(realtime).shadow.container.limits': shadow,
  'hosting(async).instanceCount': onCpu('async'),
  'hosting(async).volumeGiB': onCpu('async'),
  'hosting(async).minInstances': {
    ...onCpu('async'),
    refused: /minInstances is known only at deployment, and maxInstances must not be below it/,
    unless: { 'hosting(async).maxInstances': 4 },
  },
  'hosting(async).maxInstances': onCpu('async'),
  'hosting(async).backlogPerInstance': onCpu('async'),
  'hosting(async).maxConcurrentInvocationsPerInstance': onCpu('async'),
  'hosting(serverless).memoryMb': { base: { hosting: { kind: 'serverless' } } },
  'hosting(serverless).maxConcurrency': {
    base: { hosting: { kind: 'serverless', provisionedConcurrency: 7 } },
  },
  'hosting(serverless).provisionedConcurrency': { base: { hosting: { kind: 'serverless' } } },
  'hosting(scale-to-zero).instanceCount': onCpu('scale-to-zero'),
  'hosting(scale-to-zero).volumeGiB': onCpu('scale-to-zero'),
  'hosting(scale-to-zero).maxCopies': {
    ...onCpu('scale-to-zero'),
    refused: /maxCopies is known only at deployment, and the most instances are one more/,
  },
  'hosting(scale-to-zero).memoryMb': onCpu('scale-to-zero'),
  'hosting(scale-to-zero).cpuCores': onCpu('scale-to-zero'),
  'hosting(scale-to-zero).concurrentRequestsPerCopy': onCpu('scale-to-zero'),
  'review.queue.maxReceives': review,
  'watch.thresholds.serverErrors': KEPT,
  'watch.thresholds.modelErrors': KEPT,
  'watch.thresholds.clientErrorShare': KEPT,
  'watch.thresholds.modelLatencyMs': {
    refused: /watch\.thresholds\.modelLatencyMs is known only at deployment/,
  },
  'watch.thresholds.overheadLatencyMs': { refused: /watch\.thresholds\.overheadLatencyMs is known only/ },
  'watch.thresholds.refusals': KEPT,
  'watch.thresholds.gpuUtilization': KEPT,
  'watch.thresholds.gpuMemory': {
    base: { hosting: { kind: 'realtime', instanceType: 'ml.g4dn.12xlarge' } },
    refused: /watch\.thresholds\.gpuMemory is known only at deployment, and its metric is of all 4 devices/,
  },
  'watch.thresholds.cpuUtilization': { refused: /watch\.thresholds\.cpuUtilization is known only/ },
  'watch.thresholds.memoryUtilization': KEPT,
  'watch.thresholds.diskUtilization': { base: { dataCapture: {} } },
  'watch.thresholds.backlogAgeS': onCpu('async'),
  'watch.thresholds.asyncFailures': onCpu('async'),
  'watch.thresholds.noCapacityFailures': onCpu('scale-to-zero'),
  'watch.thresholds.reviewAgeS': review,
  'watch.thresholds.reviewDeadLetters': review,
};

const DURATIONS: Record<DurationPaths<ModerationEndpointProps>, Case> = {
  'hosting(realtime).startupTimeout': onCpu('realtime'),
  'hosting(realtime).downloadTimeout': onCpu('realtime'),
  'hosting(realtime).provisionTimeout': {
    ...onCpu('realtime'),
    refused: /provisionTimeout is known only at deployment, and rollout\.timeout/,
    unless: withTimeout,
  },
  'hosting(realtime).scaling.scaleOutCooldown': onCpu('realtime'),
  'hosting(realtime).scaling.scaleInCooldown': onCpu('realtime'),
  'hosting(async).startupTimeout': onCpu('async'),
  'hosting(async).downloadTimeout': onCpu('async'),
  'hosting(async).provisionTimeout': {
    ...onCpu('async'),
    refused: /provisionTimeout is known only at deployment, and rollout\.timeout/,
    unless: withTimeout,
  },
  'hosting(scale-to-zero).startupTimeout': onCpu('scale-to-zero'),
  'hosting(scale-to-zero).downloadTimeout': onCpu('scale-to-zero'),
  'hosting(scale-to-zero).provisionTimeout': onCpu('scale-to-zero'),
  'review.queue.retention': review,
  'review.queue.visibilityTimeout': review,
  'rollout.bakeTime': {
    refused: /rollout\.bakeTime is known only at deployment, and rollout\.timeout/,
    unless: withTimeout,
  },
  'rollout.terminationWait': {
    refused: /rollout\.terminationWait is known only at deployment, and rollout\.timeout/,
    unless: withTimeout,
  },
  'rollout.timeout': KEPT,
  'watch.metrics.interval': KEPT,
};

const POOL = { refused: /a type of instancePool is known only at deployment/ };
const pool = (kind: string): Case => ({ base: { hosting: { kind, instancePool: [CPU, CPU] } }, ...POOL });
const typed = (kind: string): Case => ({
  base: { hosting: { kind } },
  refused: /instanceType is known only at deployment, so the image's target cannot follow it/,
  unless: { image: ImageSource.fromUri(IMAGE_URI, 'cpu') },
});
const gpu = (kind: string): Case => ({ base: { hosting: { kind } } });

const TYPED = {
  refused: /a variant's instanceType is known only at deployment/,
  unless: { image: ImageSource.fromUri(IMAGE_URI, 'cpu') },
};

const TEXTS: Record<TextPaths<ModerationEndpointProps>, Case> = {
  endpointName: KEPT,
  'dataCapture.prefix': KEPT,
  'evaluationGate.file': { refused: /evaluationGate\.file is known only at deployment/ },
  'hosting(realtime).instanceType': typed('realtime'),
  'hosting(realtime).instancePool[]': pool('realtime'),
  'hosting(realtime).amiVersion': gpu('realtime'),
  'hosting(realtime).scaling.schedules[].name': scaled({ schedules: [{ name: 'n', schedule: 's' }] }),
  'hosting(realtime).scaling.schedules[].schedule': scaled({ schedules: [{ name: 'n', schedule: 's' }] }),
  'hosting(realtime).scaling.schedules[].timezone': scaled({ schedules: [{ name: 'n', schedule: 's' }] }),
  'hosting(realtime).variants[].name': { ...variants, refused: /the name of a variant is known only/ },
  'hosting(realtime).variants[].instanceType': { ...variants, ...TYPED },
  'hosting(realtime).shadow.name': { ...shadow, refused: /the name of a variant is known only/ },
  'hosting(realtime).shadow.instanceType': { ...shadow, ...TYPED },
  'hosting(async).instanceType': typed('async'),
  'hosting(async).instancePool[]': pool('async'),
  'hosting(async).amiVersion': gpu('async'),
  'hosting(scale-to-zero).instanceType': typed('scale-to-zero'),
  'hosting(scale-to-zero).instancePool[]': pool('scale-to-zero'),
  'hosting(scale-to-zero).amiVersion': gpu('scale-to-zero'),
};

const BATCH_NUMBERS: Record<Rows<NumberPaths<BatchTransformProps>>, Case> = {
  instanceCount: KEPT,
  maxPayloadMb: KEPT,
  maxConcurrentTransforms: KEPT,
  'container.threads': KEPT,
  'container.replicas': KEPT,
  'container.limits': KEPT,
};

const BATCH_TEXTS: Record<TextPaths<BatchTransformProps>, Case> = {
  inputPrefix: KEPT,
  outputPrefix: KEPT,
  instanceType: {
    refused: /instanceType is known only at deployment, so the image's target cannot follow it/,
    unless: { image: ImageSource.fromUri(IMAGE_URI, 'gpu') },
  },
};

type Build = (stack: Stack, props: object) => void;

const endpoint: Build = (stack, props) => {
  const { dataCapture, ...rest } = props as Partial<ModerationEndpointProps>;
  new ModerationEndpoint(stack, 'Endpoint', {
    model,
    image: ImageSource.fromUri(IMAGE_URI),
    ...rest,
    ...(dataCapture !== undefined && {
      dataCapture: { ...dataCapture, bucket: new Bucket(stack, 'Capture') as IBucket },
    }),
  });
};

const batch: Build = (stack, props) => {
  const bucket = new Bucket(stack, 'Bucket') as IBucket;
  new BatchTransform(stack, 'Batch', { model, image: ImageSource.fromUri(IMAGE_URI), bucket, ...props });
};

/** The template where an option is a value of the parameter `Token`. */
function synthesized(
  build: Build,
  path: string,
  token: (parameter: CfnParameter) => unknown,
  { base = {}, unless = {} }: Pick<Case, 'base' | 'unless'>,
  type: 'Number' | 'String' = 'Number',
): string {
  const stack = new Stack(newApp(), 'Test');
  const value = token(new CfnParameter(stack, 'Token', { type }));
  const props = Object.entries(unless).reduce((all, [key, other]) => setAt(all, key, other), base);
  build(stack, setAt(props, path, value));
  return JSON.stringify(Template.fromStack(stack).toJSON());
}

function tryToken(
  build: Build,
  path: string,
  token: (parameter: CfnParameter) => unknown,
  { base = {}, refused, unless }: Case,
  type?: 'Number' | 'String',
): void {
  if (refused !== undefined) {
    expect(failure(() => synthesized(build, path, token, { base }, type))).toMatch(refused);
    if (unless === undefined) return;
  }
  const template = synthesized(build, path, token, { base, ...(unless && { unless }) }, type);
  expect(template).toContain(KEPT_TOKEN);
  expect(template).not.toMatch(/\d\.?\d*e\+\d{2,}|Token\[/);
}

const KEPT_TOKEN = '{"Ref":"Token"}';

function tryNumber(build: Build, path: string, entry: Case): void {
  if (!path.endsWith('.limits')) {
    tryToken(build, path, asNumber, entry);
    return;
  }
  const template = synthesized(build, path, asLimits, entry);
  expect(template.split(KEPT_TOKEN).length - 1).toBeGreaterThanOrEqual(Object.keys(LIMITS).length);
  expect(template).not.toMatch(/e\+\d{2,}|Token\[/);
}

const asNumber = (parameter: CfnParameter) => parameter.valueAsNumber;
const asLimits = (parameter: CfnParameter) =>
  Object.fromEntries(Object.keys(LIMITS).map((name) => [name, parameter.valueAsNumber]));
const asText = (parameter: CfnParameter) => parameter.valueAsString;
const inSeconds = (parameter: CfnParameter) => Duration.seconds(parameter.valueAsNumber);
const inMinutes = (parameter: CfnParameter) => Duration.minutes(parameter.valueAsNumber);

describe('a value that is known only at deployment', () => {
  test.each(Object.entries(NUMBERS))('the number %s', (path, entry) => {
    tryNumber(endpoint, path, entry);
  });

  test.each(Object.entries(DURATIONS))('the time %s', (path, entry) => {
    tryToken(endpoint, path, inSeconds, entry);
    const name = path.split('.').at(-1) ?? '';
    expect(failure(() => synthesized(endpoint, path, inMinutes, entry))).toMatch(
      new RegExp(`${name} is known only at deployment, and is given in minutes`),
    );
  });

  test.each(Object.entries(TEXTS))('the text %s', (path, entry) => {
    tryToken(endpoint, path, asText, entry, 'String');
  });

  test.each(Object.entries(BATCH_NUMBERS))('the number %s of batch transform', (path, entry) => {
    tryNumber(batch, path, entry);
  });

  test.each(Object.entries(BATCH_TEXTS))('the text %s of batch transform', (path, entry) => {
    tryToken(batch, path, asText, entry, 'String');
  });

  test('a pool as a whole', () => {
    const message = failure(() =>
      synthesized(
        endpoint,
        'hosting(realtime).instancePool',
        (parameter) => Fn.split(',', parameter.valueAsString),
        { base: { hosting: { kind: 'realtime' } } },
        'String',
      ),
    );
    expect(message).toMatch(POOL.refused);
  });

  test('a canary of a fleet whose size is one', () => {
    const hosting = { kind: 'realtime', scaling: { maxInstances: 4 } };
    const base = { hosting, rollout: { strategy: 'canary' } };
    tryToken(endpoint, 'hosting(realtime).scaling.minInstances', asNumber, { base });
  });
});
