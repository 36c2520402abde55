import { describe, expect, test } from '@jest/globals';
import { readConfig } from '../../container/config.js';
import { defaultLimits } from '../../lib/contract/limits.js';

describe('the configuration', () => {
  test('is safe when nothing is said', () => {
    expect(readConfig({})).toEqual({
      modelDir: '/opt/ml/model',
      policyFile: undefined,
      host: '127.0.0.1',
      port: 8080,
      device: 'auto',
      threads: undefined,
      replicas: undefined,
      precision: 'fp32',
      scratchDir: undefined,
      logLevel: 'info',
      embeddedMetrics: false,
      playground: false,
      endpointName: undefined,
      limits: defaultLimits(),
    });
  });

  test('is what the environment says', () => {
    const config = readConfig({
      MODERATION_MODEL_DIR: '/models/one',
      MODERATION_POLICY: '/policies/one.json',
      MODERATION_HOST: '0.0.0.0',
      MODERATION_PORT: '9000',
      MODERATION_DEVICE: 'cuda',
      MODERATION_THREADS: '3',
      MODERATION_REPLICAS: '2',
      MODERATION_PRECISION: 'int8',
      MODERATION_SCRATCH_DIR: '/scratch',
      MODERATION_LOG_LEVEL: 'warn',
      MODERATION_EMF: 'true',
      MODERATION_PLAYGROUND: 'true',
      MODERATION_ENDPOINT_NAME: 'posts-2',
      MODERATION_MAX_ITEMS: '5',
    });
    expect(config).toEqual({
      modelDir: '/models/one',
      policyFile: '/policies/one.json',
      host: '0.0.0.0',
      port: 9000,
      device: 'cuda',
      threads: 3,
      replicas: 2,
      precision: 'int8',
      scratchDir: '/scratch',
      logLevel: 'warn',
      embeddedMetrics: true,
      playground: true,
      endpointName: 'posts-2',
      limits: defaultLimits({ maxItems: 5 }),
    });
  });

  test('puts the command line before the environment, and SageMaker’s port before the configured one', () => {
    const environment = { SAGEMAKER_BIND_TO_PORT: '7000', MODERATION_PORT: '9000', MODERATION_HOST: '::1' };
    expect(readConfig(environment).port).toBe(7000);
    expect(readConfig(environment, { port: 0 })).toEqual(expect.objectContaining({ port: 0, host: '::1' }));
  });

  test('serves the playground where the command line listens on loopback, unless it is told otherwise', () => {
    const playground = (environment: Record<string, string>, overrides = {}) =>
      readConfig(environment, overrides, { playgroundOnLoopback: true }).playground;
    expect(playground({})).toBe(true);
    expect(playground({ MODERATION_HOST: '::1' })).toBe(true);
    expect(playground({}, { host: 'localhost' })).toBe(true);
    expect(playground({ MODERATION_HOST: '0.0.0.0' })).toBe(false);
    expect(playground({}, { host: '192.0.2.1' })).toBe(false);
    expect(playground({ MODERATION_PLAYGROUND: 'false' })).toBe(false);
    expect(playground({ MODERATION_HOST: '0.0.0.0', MODERATION_PLAYGROUND: 'true' })).toBe(true);
    expect(playground({ MODERATION_PLAYGROUND: 'true' }, { playground: false })).toBe(false);
  });

  test('tells everything that is wrong at once', () => {
    const wrong = {
      SAGEMAKER_BIND_TO_PORT: '0',
      MODERATION_EMF: 'yes',
      MODERATION_LOG_LEVEL: 'loud',
      MODERATION_BODY_TIMEOUT_MS: '1',
    };
    expect(() => readConfig(wrong)).toThrow(expect.objectContaining({ code: 'invalid_configuration' }));
    for (const name of Object.keys(wrong)) expect(() => readConfig(wrong)).toThrow(name);
  });
});
