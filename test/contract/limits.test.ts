import { describe, expect, test } from '@jest/globals';
import {
  defaultLimits,
  describeLimits,
  LIMIT_NAMES,
  LIMITS,
  type LimitDefinition,
  limitsFromEnvironment,
} from '../../lib/contract/limits.js';

const definitions: [string, LimitDefinition][] = LIMIT_NAMES.map((name) => [name, LIMITS[name]]);

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toHaveProperty('code', 'invalid_configuration');
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
}

describe('the table of limits', () => {
  test.each(definitions)(
    '%s has a default within its range, a variable of its own and a reason',
    (_, limit) => {
      for (const value of [limit.default, limit.batchDefault ?? limit.default]) {
        expect(value).toBeGreaterThanOrEqual(limit.min);
        expect(value).toBeLessThanOrEqual(limit.max);
      }
      expect(limit.environment).toMatch(/^MODERATION_[A-Z_]+$/);
      expect(definitions.filter(([, { environment }]) => environment === limit.environment)).toHaveLength(1);
      expect(limit.reason).toMatch(/\.$/);
    },
  );

  test('is described completely', () => {
    const text = describeLimits();
    for (const [, { environment, reason }] of definitions) {
      expect(text).toContain(environment);
      expect(text).toContain(reason);
    }
  });
});

describe('limits from the environment', () => {
  test('are the defaults where nothing, or nothing but an empty value, is set', () => {
    expect(limitsFromEnvironment({})).toEqual(defaultLimits());
    expect(limitsFromEnvironment({ MODERATION_MAX_ITEMS: '' })).toEqual(defaultLimits());
  });

  test('are replaced one by one', () => {
    expect(limitsFromEnvironment({ MODERATION_MAX_ITEMS: '7', MODERATION_CACHE_ITEMS: '0' })).toEqual(
      defaultLimits({ maxItems: 7, cacheItems: 0 }),
    );
  });

  test('suit a batch transform job inside one, unless they are set', () => {
    const { requestTimeoutMs } = LIMITS;
    expect(limitsFromEnvironment({ SAGEMAKER_BATCH: 'true' }).requestTimeoutMs).toBe(
      requestTimeoutMs.batchDefault,
    );
    expect(limitsFromEnvironment({ SAGEMAKER_BATCH: 'false' }).requestTimeoutMs).toBe(
      requestTimeoutMs.default,
    );
    const set = { SAGEMAKER_BATCH: 'true', [requestTimeoutMs.environment]: '1000' };
    expect(limitsFromEnvironment(set).requestTimeoutMs).toBe(1000);
  });

  test('are refused all together, with what was got and what is expected', () => {
    const message = messageOf(() =>
      limitsFromEnvironment({ MODERATION_MAX_ITEMS: '0', MODERATION_MAX_CONNECTIONS: 'many' }),
    );
    expect(message).toContain(
      'MODERATION_MAX_ITEMS is "0"; expected a whole number of items from 1 to 10000 (default 128)',
    );
    expect(message).toContain('MODERATION_MAX_CONNECTIONS is "many"');
  });

  test.each(['1e3', '0x10', ' 5', '5.0', '-1', 'NaN', 'Infinity', '99999999999999999999'])(
    'refuse %j as a number',
    (raw) => {
      expect(messageOf(() => limitsFromEnvironment({ MODERATION_MAX_ITEMS: raw }))).toContain(
        JSON.stringify(raw),
      );
    },
  );

  test('must leave room in memory for one body', () => {
    const environment = { MODERATION_MAX_INFLIGHT_BYTES: '2000000', MODERATION_MAX_BODY_BYTES: '2000001' };
    expect(messageOf(() => limitsFromEnvironment(environment))).toMatch(
      /MODERATION_MAX_INFLIGHT_BYTES is 2000000; expected at least MODERATION_MAX_BODY_BYTES, which is 2000001/,
    );
  });
});
