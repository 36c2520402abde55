import { expect, test } from '@jest/globals';
import { waitMs } from '../../../lib/client/delivery/backoff.js';
import { RETRY_COST, TokenBucket } from '../../../lib/client/delivery/token-bucket.js';

const options = (random: number) => ({ baseDelayMs: 100, maxDelayMs: 2000, random: () => random });

test('waits are uniform below a bound that doubles up to maxDelayMs', () => {
  const bounds = [0, 1, 2, 3, 4, 5].map((retries) => waitMs(options(1), { retries, overloaded: false }));
  expect(bounds).toEqual([100, 200, 400, 800, 1600, 2000]);
  expect(waitMs(options(0), { retries: 3, overloaded: false })).toBe(0);
  expect(waitMs(options(0.5), { retries: 3, overloaded: false })).toBe(400);
});

test('an overloaded service gets more time', () => {
  expect(waitMs(options(1), { retries: 0, overloaded: true })).toBe(500);
});

test('what the service asks for is never shortened, and jitter comes on top', () => {
  expect(waitMs(options(0), { retries: 0, retryAfterMs: 5000, overloaded: true })).toBe(5000);
  expect(waitMs(options(1), { retries: 0, retryAfterMs: 5000, overloaded: true })).toBe(5100);
});

test('the bucket gives a hundred retries without an answer, and answers fill it again', () => {
  const bucket = new TokenBucket();
  for (let retry = 0; retry < 100; retry += 1) expect(bucket.take(RETRY_COST)).toBe(true);
  expect(bucket.take(RETRY_COST)).toBe(false);
  bucket.reward(RETRY_COST);
  expect(bucket.take(RETRY_COST)).toBe(true);
  for (let answer = 0; answer < RETRY_COST; answer += 1) bucket.reward(0);
  expect(bucket.take(RETRY_COST)).toBe(true);
  expect(bucket.take(1)).toBe(false);
});

test('the bucket never holds more than its capacity', () => {
  const bucket = new TokenBucket(10);
  bucket.reward(500);
  expect(bucket.take(10)).toBe(true);
  expect(bucket.take(1)).toBe(false);
});
