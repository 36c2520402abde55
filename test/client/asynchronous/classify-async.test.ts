import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { asyncFailure } from '../../../lib/client/asynchronous/async-failure.js';
import {
  type ModerationClient,
  NotReadyError,
  type ObjectStore,
  TimeoutError,
} from '../../../lib/client/index.js';
import { inTurn } from '../../../lib/emulator/faults/fault.js';
import { echo } from '../../container/support/fake-engine.js';
import { CREDENTIALS, rejection, type Stack, startStack } from '../support/stack.js';

let stack: Stack;
let s3: S3Client;
let client: ModerationClient;

beforeEach(async () => {
  // The echo answers with the bytes of an image over 100, and these are large.
  stack = await startStack({
    classify: ({ image, ...post }) => echo({ ...post, image: image?.subarray(0, 40) }),
  });
  s3 = new S3Client({
    region: 'us-east-1',
    endpoint: stack.emulator.url,
    credentials: CREDENTIALS,
    forcePathStyle: true,
  });
  client = stack.client({ asynchronous: { input: 's3://inbox/requests', s3, pollIntervalMs: 10 } });
});
afterEach(async () => {
  s3.destroy();
  await stack.close();
});

/** The requests that lie below the input. */
async function inbox(): Promise<string[]> {
  const { s3Folder } = stack.emulator;
  return readdir(join(s3Folder, 'inbox', 'requests')).catch(() => []);
}

test('a small request travels in the call, and the answer is read from S3', async () => {
  const post = { text: 'seven..', image: Buffer.alloc(40), id: 'a' };
  const { prediction, attempts } = await client.classifyAsync(post);
  expect(prediction).toMatchObject({ id: 'a', modalities_used: ['text', 'image'] });
  expect(prediction.probabilities['red']).toBe(Math.fround(0.07));
  expect(attempts).toBe(1);
  expect(await inbox()).toEqual([]);
});

test.each([
  ['a request beyond 128,000 bytes', {}, 128_000],
  ['every request with inlineBytes 0', { inlineBytes: 0 }, 0],
  ['a request beyond inlineBytes', { inlineBytes: 200 }, 200],
])('%s lies in S3', async (_title, options, least) => {
  const asynchronous = { input: 's3://inbox/requests', s3, pollIntervalMs: 10, ...options };
  const { prediction, requestId } = await stack
    .client({ asynchronous })
    .classifyAsync({ text: 'seven..', image: Buffer.alloc(least + 1) });
  expect(prediction.modalities_used).toEqual(['text', 'image']);
  expect(await inbox()).toEqual([`${requestId}.json`]);
  const written = await readFile(
    join(stack.emulator.s3Folder, 'inbox', 'requests', `${requestId}.json`),
    'utf8',
  );
  expect(JSON.parse(written).instances).toHaveLength(1);
});

describe('without a place for large requests', () => {
  const posts = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ text: 'a', image: Buffer.alloc(40_000), id: `${index}` }));

  test('posts share requests of up to 128,000 bytes', async () => {
    const small = stack.client({ asynchronous: { s3, pollIntervalMs: 10 } });
    const outcomes = [];
    for await (const outcome of small.classifyMany(posts(7), { asynchronous: true })) outcomes.push(outcome);
    expect(outcomes.map(({ ok }) => ok)).toEqual(posts(7).map(() => true));
    const sent = stack.events.flatMap((event) => (event.type === 'request' ? [event] : []));
    expect(sent.map(({ items }) => items)).toEqual([2, 2, 2, 1]);
    expect(Math.max(...sent.map(({ bytes }) => bytes))).toBeLessThanOrEqual(128_000);
  });

  test('a larger post is an error that names the option, and nothing is sent', async () => {
    const small = stack.client({ asynchronous: { s3 } });
    const error = await rejection(small.classifyAsync({ image: Buffer.alloc(100_000) }));
    expect(error).toMatchObject({ code: 'body_too_large', attempts: 0 });
    expect((error as Error).message).toContain(
      'a request holds 128000 (asynchronous.inlineBytes; set asynchronous.input',
    );
    expect(stack.requests).toEqual([]);
  });

  test('options that could send nothing, or more than fits, are refused', () => {
    expect(() => stack.client({ asynchronous: { inlineBytes: 0 } })).toThrow(/asynchronous.input is missing/);
    expect(() => stack.client({ asynchronous: { inlineBytes: 128_001 } })).toThrow(/inlineBytes is 128001/);
    const small = stack.client({ asynchronous: { s3 } });
    expect(() => small.classifyMany([], { asynchronous: true, maxRequestBytes: 200_000 })).toThrow(
      /maxRequestBytes is 200000; expected at most 128000/,
    );
  });
});

test('many posts go through the asynchronous endpoint, too', async () => {
  const posts = Array.from({ length: 50 }, (_, index) => ({ text: 'x'.repeat(index + 1) }));
  let next = 0;
  for await (const outcome of client.classifyMany(posts, { asynchronous: true, maxItems: 10 })) {
    expect(outcome.index).toBe(next);
    next += 1;
    expect(outcome.ok && outcome.prediction.probabilities['red']).toBe(Math.fround(next / 100));
  }
  expect(next).toBe(50);
});

describe('a job that fails', () => {
  test('for a passing reason is submitted again', async () => {
    const body = { error: { code: 'not_ready', message: 'Loading.', retryable: true }, request_id: 'r' };
    stack.emulator.setFaults(inTurn({ kind: 'throttle' }, { kind: 'container', status: 503, body }));
    expect((await client.classifyAsync({ text: 'a' })).attempts).toBe(3);
  });

  test('is the error that the container told, unwrapped from the failure object', async () => {
    const body = {
      error: { code: 'not_ready', message: 'Loading "it".', retryable: true },
      request_id: 'r-7',
    };
    stack.emulator.setFaults(() => ({ kind: 'container', status: 503, body }));
    const error = await rejection(client.classifyAsync({ text: 'a' }, { retry: { maxAttempts: 1 } }));
    expect(error).toBeInstanceOf(NotReadyError);
    expect(error).toMatchObject({
      code: 'not_ready',
      requestId: 'r-7',
      status: 503,
      message: 'Loading "it".',
    });
  });

  test('by never ending is a timeout', async () => {
    stack.emulator.setFaults(() => {
      setImmediate(() => stack.clock.leap(60_000));
      return { kind: 'hang' };
    });
    const error = await rejection(client.classifyAsync({ text: 'a' }, { timeoutMs: 60_000 }));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ attempts: 1 });
  });
});

test('an object store of one’s own takes the place of S3', async () => {
  const objects = new Map<string, Uint8Array>();
  const store: ObjectStore = {
    put: async (uri, body) => void objects.set(uri, body),
    get: async (uri) => (uri.includes('output') ? Buffer.from('{"predictions": 3}') : undefined),
  };
  const other = stack.client({ asynchronous: { input: 's3://inbox/', s3: store, inlineBytes: 0 } });
  expect(await rejection(other.classifyAsync({ text: 'a' }))).toMatchObject({ code: 'reply_invalid' });
  expect([...objects.keys()]).toEqual([expect.stringMatching(/^s3:\/\/inbox\/[\w-]+\.json$/)]);
});

test('no permission to read the answer is told, not waited for', async () => {
  const store: ObjectStore = {
    put: async () => undefined,
    get: async () => {
      throw Object.assign(new Error('Access Denied'), {
        name: 'AccessDenied',
        $metadata: { httpStatusCode: 403 },
      });
    },
  };
  const other = stack.client({ asynchronous: { input: 's3://inbox/', s3: store } });
  expect(await rejection(other.classifyAsync({ text: 'a' }))).toMatchObject({
    name: 'AccessDeniedError',
    attempts: 1,
  });
});

test.each(['inbox', 's3:/inbox', 'https://inbox/', 's3://In box/'])('%s is no place in S3', (input) => {
  expect(() => stack.client({ asynchronous: { input } })).toThrow(/expected s3:\/\/bucket\/prefix\//);
});

describe('the failure object is understood as', () => {
  test.each([
    ['Received server error (503) from model with message "busy". See the log.', 'service_unavailable', 503],
    ['Received client error (413) from primary with message "". See', 'body_too_large', 413],
    ['{"error":{"code":"internal","message":"m","retryable":false},"request_id":"r"}', 'internal', 500],
    ['Your invocation timed out while waiting for a response', 'invocation_timeout'],
    ['', 'service_unavailable', 500],
  ])('%s', (content, code, status = undefined) => {
    const understood = asyncFailure(content, 'sent');
    expect([understood.code, understood.status]).toEqual([code, status]);
  });
});
