import { describe, expect, test } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import { Duration } from 'aws-cdk-lib/core';
import { METRIC_INTERVALS } from '../../lib/infra/constructs/watch/published-metrics.js';
import { createStack } from '../../lib/infra/stacks/create-stack.js';
import { failure, IMAGE_URI, MODEL_FOLDER, newApp, only, synthesize } from './support/synthesize.js';

const configOf = (template: Template) => only(template, 'AWS::SageMaker::EndpointConfig');
const create = (context: Record<string, string>): Template =>
  Template.fromStack(createStack(newApp({ model: MODEL_FOLDER, image: IMAGE_URI, ...context })));

describe('the metrics that SageMaker publishes', () => {
  test('are its own choice without a setting', () => {
    expect(configOf(create({}))).not.toHaveProperty('MetricsConfig');
  });

  test.each([
    ['detailedMetrics', 'true', { EnableDetailedObservability: true }],
    ['detailedMetrics', 'false', { EnableDetailedObservability: false }],
    ['instanceMetrics', 'true', { EnableEnhancedMetrics: true }],
    ['metricsIntervalS', '10', { MetricPublishFrequencyInSeconds: 10 }],
  ])('follow the setting %s=%s, and nothing else is stated', (key, value, expected) => {
    for (const hosting of ['realtime', 'async', 'scale-to-zero']) {
      expect(configOf(create({ hosting, [key]: value }))['MetricsConfig']).toEqual(expected);
    }
  });

  test('come as often as SageMaker accepts', () => {
    for (const seconds of METRIC_INTERVALS) {
      const template = synthesize({ watch: { metrics: { interval: Duration.seconds(seconds) } } });
      expect(configOf(template)['MetricsConfig']).toEqual({ MetricPublishFrequencyInSeconds: seconds });
    }
    expect(failure(() => create({ metricsIntervalS: '90' }))).toContain(
      'watch.metrics.interval is Duration.seconds(90); expected 10, 30, 60, 120, 180, 240, 300 s',
    );
  });

  test('are no option of serverless and batch hosting', () => {
    expect(failure(() => create({ hosting: 'batch', detailedMetrics: 'true' }))).toContain(
      'not read by hosting batch',
    );
    expect(
      failure(() => synthesize({ hosting: { kind: 'serverless' }, watch: { metrics: { detailed: true } } })),
    ).toContain('watch.metrics is given; serverless hosting does not support it');
  });
});
