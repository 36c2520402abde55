import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Post } from '../../lib/client/index.js';
import { atRandom, type FaultPolicy } from '../../lib/emulator/faults/fault.js';
import { type Stack, startStack } from './support/stack.js';

const COUNT = 10_000;
/** Every so many-th post is one that the service refuses. */
const BAD_EVERY = 97;
const ATTEMPT_TIMEOUT_MS = 60_000;

const OVERLOADED = {
  error: { code: 'overloaded', message: 'The queue is full.', retryable: true, retry_after_ms: 3 },
  request_id: 'injected',
};

/** About a quarter of all requests goes wrong. */
const FAULTS = [
  { fault: { kind: 'throttle' }, rate: 0.04 },
  { fault: { kind: 'container', status: 429, body: OVERLOADED }, rate: 0.04 },
  { fault: { kind: 'container', status: 503, body: 'no healthy upstream' }, rate: 0.04 },
  { fault: { kind: 'aws', status: 500, type: 'InternalFailure' }, rate: 0.02 },
  { fault: { kind: 'reset', when: 'before' }, rate: 0.03 },
  { fault: { kind: 'reset', when: 'mid-body' }, rate: 0.03 },
  { fault: { kind: 'slow', ms: 30 }, rate: 0.05 },
] as const;

let stack: Stack;
beforeAll(async () => {
  const random = atRandom(FAULTS, 20_261);
  // Two requests are never answered: each costs the whole attemptTimeoutMs, and so does what is on the way with it.
  const hanging = new Set([150, 600]);
  const faults: FaultPolicy = (call) => {
    if (!hanging.has(call.number)) return random(call);
    setImmediate(() => stack.clock.leap(ATTEMPT_TIMEOUT_MS));
    return { kind: 'hang' };
  };
  stack = await startStack({ emulator: { faults } });
});
afterAll(() => stack.close());

async function* posts(): AsyncGenerator<Post> {
  for (let index = 0; index < COUNT; index += 1) {
    const bad = index % BAD_EVERY === 0;
    yield { id: `id-${index}`, text: bad ? ' ' : 'y'.repeat(1 + (index % 99)) };
  }
}

test('10,000 posts through a faulty SageMaker: all accounted for, in order, each once', async () => {
  const client = stack.client({
    retry: { maxAttempts: 10, baseDelayMs: 2, maxDelayMs: 30 },
    attemptTimeoutMs: ATTEMPT_TIMEOUT_MS,
    timeoutMs: 20 * ATTEMPT_TIMEOUT_MS,
  });
  const wrong: string[] = [];
  let next = 0;
  for await (const outcome of client.classifyMany(posts(), { maxItems: 16, concurrency: 8 })) {
    const red = Math.fround(((1 + (next % 99)) % 100) / 100);
    const told = outcome.ok ? outcome.prediction.probabilities['red'] : outcome.error.code;
    const due = next % BAD_EVERY === 0 ? 'empty_item' : red;
    if (outcome.index !== next || outcome.id !== `id-${next}` || told !== due) {
      wrong.push(`${next}: ${outcome.index} ${outcome.id} ${told}, not ${due}`);
    }
    next += 1;
  }
  expect(wrong).toEqual([]);
  expect(next).toBe(COUNT);
  // The faults did happen.
  const failed = stack.events.filter((event) => event.type === 'response' && event.code !== undefined);
  expect(failed.length).toBeGreaterThan(50);
  const codes = new Set(failed.map((event) => event.type === 'response' && event.code));
  for (const code of ['throttled', 'overloaded', 'service_unavailable', 'connection_failed', 'timeout']) {
    expect(codes).toContain(code);
  }
});
