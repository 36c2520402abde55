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
import { CREDENTIALS, rejection, type Stack, startStack } from '../support/stack.js';

let stack: Stack;
let s3: S3Client;
let client: ModerationClient;

beforeEach(async () => {
  stack = await startStack();
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

test('the request lies in S3, and the answer is read from there', async () => {
  const post = { text: 'seven..', image: Buffer.alloc(40), id: 'a' };
  const { prediction, requestId, attempts } = await client.classifyAsync(post);
  expect(prediction).toMatchObject({ id: 'a', modalities_used: ['text', 'image'] });
  expect(prediction.probabilities['red']).toBe(Math.fround(0.07));
  expect(attempts).toBe(1);
  const [input] = await readdir(join(stack.emulator.s3Folder, 'inbox', 'requests'));
  expect(input).toBe(`${requestId}.json`);
  const written = await readFile(
    join(stack.emulator.s3Folder, 'inbox', 'requests', `${requestId}.json`),
    'utf8',
  );
  expect(JSON.parse(written).instances).toHaveLength(1);
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
    stack.emulator.setFaults(() => ({ kind: 'hang' }));
    const error = await rejection(client.classifyAsync({ text: 'a' }, { timeoutMs: 200 }));
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
  const other = stack.client({ asynchronous: { input: 's3://inbox/', s3: store } });
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
