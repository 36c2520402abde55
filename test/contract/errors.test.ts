import { describe, expect, test } from '@jest/globals';
import { ERRORS, type ErrorCode, type ErrorDefinition, ModerationError } from '../../lib/contract/errors.js';

const entries = Object.entries(ERRORS) as [ErrorCode, ErrorDefinition][];

describe('the registry of errors', () => {
  test.each(entries)('%s has a stable name, an error status, a meaning and a remedy', (code, definition) => {
    expect(code).toMatch(/^[a-z][a-z0-9_]*$/);
    expect(definition.status).toBeGreaterThanOrEqual(400);
    expect(definition.status).toBeLessThan(600);
    expect(definition.meaning).toMatch(/[.)]$/);
    expect(definition.remedy).toMatch(/[.)]$/);
  });

  test.each(entries)('%s is retryable exactly when its status says "later"', (_, { status, retryable }) => {
    expect(retryable).toBe([408, 429, 503].includes(status));
  });

  test('gives an error its definition, cause and hint', () => {
    const cause = new Error('beneath');
    const error = new ModerationError('overloaded', 'Full.', { cause, retryAfterMs: 5 });
    expect(error).toBeInstanceOf(Error);
    expect(error.definition).toBe(ERRORS.overloaded);
    expect(error.cause).toBe(cause);
    expect(error.retryAfterMs).toBe(5);
    expect(new ModerationError('internal', 'x')).not.toHaveProperty('cause');
  });
});
