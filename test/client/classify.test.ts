import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  AbortedError,
  AccessDeniedError,
  type ClientEvent,
  ConnectionError,
  EndpointNotFoundError,
  ImageError,
  ModerationClientError,
  NotReadyError,
  OverloadedError,
  ServiceError,
  TimeoutError,
  TooLargeError,
  ValidationError,
} from '../../lib/client/index.js';
import type { ModerationClient } from '../../lib/client/moderation-client.js';
import { ModerationError } from '../../lib/contract/errors.js';
import { type Fault, inTurn } from '../../lib/emulator/faults/fault.js';
import { NAMED_FAULTS } from '../../lib/emulator/faults/named.js';
import { rejection, type Stack, startStack } from './support/stack.js';

const OVERLOADED: Fault = {
  kind: 'container',
  status: 429,
  body: {
    error: { code: 'overloaded', message: 'The queue is full.', retryable: true, retry_after_ms: 60 },
    request_id: 'from-the-container',
  },
};

let stack: Stack;
let client: ModerationClient;

beforeEach(async () => {
  stack = await startStack();
  client = stack.client();
});
afterEach(() => stack.close());

describe('an answer', () => {
  test('through SageMaker has the prediction, the model, the thresholds and the request id of the log', async () => {
    const { prediction, model, thresholds, requestId, attempts } = await client.classify({
      text: 'x'.repeat(70),
      id: 'a',
    });
    expect(prediction).toEqual({
      id: 'a',
      class_predictions: { red: true, green: false, blue: false },
      probabilities: { red: Math.fround(0.7), green: 0, blue: 0.5 },
      any_harmful: true,
      modalities_used: ['text'],
      text_truncated: false,
      unseen: [],
    });
    expect(model).toMatchObject({ name: 'a model of paper', demonstration: true, device: 'cpu' });
    expect(thresholds).toEqual({ red: 0.5, green: 0.25, blue: 0.75 });
    expect(attempts).toBe(1);
    expect(stack.server.logs().map((line) => line['request_id'])).toContain(requestId);
  });

  test('straight over HTTP is the same', async () => {
    const post = { text: 'words', image: Buffer.from('an image') };
    const options = { thresholds: { red: 0.01 } };
    const through = await client.classify(post, options);
    const straight = await stack.direct().classify(post, options);
    expect(straight.prediction).toEqual(through.prediction);
    expect(straight.thresholds).toEqual({ red: 0.01, green: 0.25, blue: 0.75 });
  });

  test('has the timings of the service when they are asked for', async () => {
    expect((await client.classify({ text: 'a' }, { timings: true })).timings).toHaveProperty('total');
    expect((await client.classify({ text: 'a' })).timings).toBeUndefined();
  });
});

describe('a passing failure is tried again:', () => {
  test.each<[string, Fault]>([
    ['throttling by AWS', { kind: 'throttle' }],
    ['a 429 of the container, wrapped', OVERLOADED],
    ['a bare 503 of the container, wrapped', { kind: 'container', status: 503, body: '<html>' }],
    ['a failure of SageMaker', { kind: 'aws', status: 500, type: 'InternalFailure' }],
    ['SageMaker being unavailable', { kind: 'aws', status: 503, type: 'ServiceUnavailable' }],
    [
      'the status 530 that no AWS SDK tries again',
      { kind: 'aws', status: 530, type: 'InternalDependencyException' },
    ],
    ['a model that is not ready', { kind: 'aws', status: 429, type: 'ModelNotReadyException' }],
    ['a reset before the answer', { kind: 'reset', when: 'before' }],
    ['a reset in the middle of the answer', { kind: 'reset', when: 'mid-body' }],
  ])('%s', async (_, fault) => {
    stack.emulator.setFaults(inTurn(fault, fault));
    const { attempts, prediction } = await client.classify({ text: 'abc' });
    expect(attempts).toBe(3);
    expect(prediction.probabilities['red']).toBeCloseTo(0.03);
    expect(stack.requests).toHaveLength(3);
  });

  test('the hint in the wrapped body is waited out', async () => {
    stack.emulator.setFaults(inTurn(OVERLOADED));
    const start = stack.clock.now();
    await client.classify({ text: 'abc' });
    expect(stack.clock.now() - start).toBeGreaterThanOrEqual(60);
    const [retry] = stack.events.filter(({ type }) => type === 'retry');
    expect(retry).toMatchObject({ code: 'overloaded', items: 1, requests: 1 });
  });

  test('an injected client that retries by itself does not multiply the attempts', async () => {
    stack.emulator.setFaults(() => ({ kind: 'aws', status: 503, type: 'ServiceUnavailable' }));
    const runtime = stack.runtime({ maxAttempts: 4 });
    const error = await rejection(
      stack.client({ runtime, retry: { maxAttempts: 3, baseDelayMs: 1 } }).classify({ text: 'a' }),
    );
    expect(error).toMatchObject({ code: 'service_unavailable', attempts: 3 });
    expect(stack.requests).toHaveLength(3);
    expect(await runtime.config.maxAttempts()).toBe(4);
  });

  test('a server that is not there is a connection error', async () => {
    await stack.server.close();
    const error = await rejection(
      stack.direct({ retry: { maxAttempts: 2, baseDelayMs: 1 } }).classify({ text: 'a' }),
    );
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ code: 'connection_failed', attempts: 2, retryable: true });
    expect((error as Error).message).toContain('ECONNREFUSED');
  });

  test('retries end when the budget of all calls is spent', async () => {
    stack.emulator.setFaults(() => ({ kind: 'reset', when: 'before' }));
    const options = { retry: { maxAttempts: 20, baseDelayMs: 0, maxDelayMs: 0 } };
    const posts = Array.from({ length: 30 }, () => rejection(client.classify({ text: 'a' }, options)));
    const attempts = (await Promise.all(posts)).map((error) => (error as ModerationClientError).attempts);
    // 500 tokens at 5 a retry, and one free attempt each.
    expect(attempts.reduce((sum, count) => sum + count, 0)).toBe(130);
  });
});

describe('a failure that stands is an error of its kind:', () => {
  test.each<[string, Fault, abstract new (...fields: never[]) => unknown, object]>([
    [
      'throttling',
      { kind: 'throttle' },
      OverloadedError,
      { code: 'throttled', status: 400, attempts: 5, retryable: true },
    ],
    [
      'overload',
      OVERLOADED,
      OverloadedError,
      { code: 'overloaded', status: 429, requestId: 'from-the-container', retryAfterMs: 60 },
    ],
    [
      'not ready',
      { kind: 'aws', status: 429, type: 'ModelNotReadyException' },
      NotReadyError,
      { code: 'not_ready' },
    ],
    [
      'access denied',
      { kind: 'aws', status: 403, type: 'AccessDeniedException' },
      AccessDeniedError,
      { code: 'access_denied', attempts: 1, retryable: false },
    ],
    [
      'a defect',
      {
        kind: 'container',
        status: 500,
        body: { error: { code: 'internal', message: 'A defect.', retryable: false }, request_id: 'r' },
      },
      ServiceError,
      { code: 'internal', status: 500, attempts: 1 },
    ],
    [
      'a refusal without words',
      { kind: 'container', status: 418 },
      ValidationError,
      { code: 'request_refused', status: 418, attempts: 1 },
    ],
    [
      'a code of the future',
      {
        kind: 'container',
        status: 422,
        body: { error: { code: 'too_blue', message: 'Too blue.', retryable: false }, request_id: 'r' },
      },
      ServiceError,
      { code: 'too_blue', message: 'Too blue.', attempts: 1 },
    ],
    [
      'too large',
      { kind: 'container', status: 413, body: 'Request Entity Too Large' },
      TooLargeError,
      { code: 'body_too_large', attempts: 1 },
    ],
  ])('%s', async (_, fault, kind, fields) => {
    stack.emulator.setFaults(() => fault);
    const error = await rejection(client.classify({ text: 'abc', id: 'the id' }));
    expect(error).toBeInstanceOf(kind);
    expect(error).toBeInstanceOf(ModerationClientError);
    expect(error).toMatchObject({ ...fields, itemIndex: 0, itemId: 'the id' });
  });

  test('an unknown endpoint', async () => {
    const error = await rejection(stack.client({ endpointName: 'elsewhere' }).classify({ text: 'a' }));
    expect(error).toBeInstanceOf(EndpointNotFoundError);
    expect(error).toMatchObject({ attempts: 1, retryable: false });
  });

  test('missing credentials', async () => {
    const credentials = async () => {
      throw Object.assign(new Error('No provider has any.'), { name: 'CredentialsProviderError' });
    };
    const error = await rejection(
      stack.client({ runtime: stack.runtime({ credentials }) }).classify({ text: 'a' }),
    );
    expect(error).toBeInstanceOf(AccessDeniedError);
    expect(stack.requests).toHaveLength(0);
  });

  test('an item that the service refuses', async () => {
    const error = await rejection(client.classify({ text: ' \n' }));
    expect(error).toBeInstanceOf(ValidationError);
    expect(error).toMatchObject({ code: 'empty_item', attempts: 1 });
    expect(await rejection(client.classify({ image: { base64: '?' } }))).toBeInstanceOf(ImageError);
  });

  test('SageMaker waiting for the container in vain', async () => {
    const silent = await startStack({
      classify: () => new Promise(() => undefined),
      emulator: { limits: { invocationTimeoutMs: 40 } },
    });
    try {
      const error = await rejection(
        silent.client({ retry: { maxAttempts: 2, baseDelayMs: 1 } }).classify({ text: 'a' }),
      );
      expect(error).toBeInstanceOf(TimeoutError);
      expect(error).toMatchObject({ code: 'invocation_timeout', attempts: 2, retryable: true });
    } finally {
      await silent.close();
    }
  });
});

test('an endpoint that has scaled to zero is told as such, and is asked again when a copy may be there', async () => {
  stack.emulator.setFaults(() => NAMED_FAULTS.asleep);
  const error = await rejection(client.classify({ text: 'a' }, { timeoutMs: 5000 }));
  expect(error).toBeInstanceOf(NotReadyError);
  expect(error).toMatchObject({ code: 'not_ready', retryable: true, retryAfterMs: 30_000, attempts: 1 });
  expect((error as Error).message).toContain('the endpoint has scaled to zero');
});

describe('time', () => {
  /** No answer ever comes, and so much time passes. */
  const hanging = (ms: number): Fault => {
    setImmediate(() => stack.clock.leap(ms));
    return { kind: 'hang' };
  };

  test('an attempt that hangs is given up and made again', async () => {
    stack.emulator.setFaults(({ number }) => (number === 1 ? hanging(60_000) : undefined));
    expect((await client.classify({ text: 'a' }, { attemptTimeoutMs: 60_000 })).attempts).toBe(2);
  });

  test('one deadline bounds all attempts together', async () => {
    // The third attempt has half a minute left.
    stack.emulator.setFaults(({ number }) => hanging(number < 3 ? 60_000 : 30_000));
    const call = client.classify({ text: 'a' }, { timeoutMs: 150_000, attemptTimeoutMs: 60_000 });
    const error = await rejection(call);
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ attempts: 3, message: expect.stringContaining('(timeoutMs)') });
  });

  test('a hint beyond the deadline is not waited for: the overload is told at once', async () => {
    const { error } = (OVERLOADED as { body: { error: object } }).body;
    const body = { error: { ...error, retry_after_ms: 60_000 }, request_id: 'r' };
    stack.emulator.setFaults(() => ({ kind: 'container', status: 429, body }));
    const thrown = await rejection(client.classify({ text: 'a' }, { timeoutMs: 59_000 }));
    expect(stack.events.map(({ type }) => type)).toEqual(['request', 'response']);
    expect(thrown).toMatchObject({ code: 'overloaded', attempts: 1, retryAfterMs: 60_000 });
  });

  test('an image that never comes is a timeout', async () => {
    const image = new ReadableStream<Uint8Array>();
    const error = await rejection(client.classify({ image }, { timeoutMs: 30 }));
    expect(error).toMatchObject({ name: 'TimeoutError', attempts: 0 });
  });
});

describe('a signal', () => {
  test.each([
    ['on the way', 'request', { kind: 'hang' } as Fault],
    [
      'waiting for the next attempt',
      'retry',
      {
        ...OVERLOADED,
        body: {
          error: { code: 'overloaded', message: 'Full.', retryable: true, retry_after_ms: 90_000 },
          request_id: 'r',
        },
      } as Fault,
    ],
  ])('ends a call that is %s', async (_, when, fault) => {
    stack.emulator.setFaults(() => fault);
    const controller = new AbortController();
    const onEvent = ({ type }: ClientEvent) => {
      if (type === when) setImmediate(() => controller.abort(new Error('enough')));
    };
    const error = await rejection(
      stack.client({ onEvent }).classify({ text: 'a' }, { signal: controller.signal }),
    );
    expect(error).toBeInstanceOf(AbortedError);
    expect(error).toMatchObject({ name: 'AbortError', code: 'aborted', cause: new Error('enough') });
  });

  test('that fired already keeps everything from being sent', async () => {
    const error = await rejection(client.classify({ text: 'a' }, { signal: AbortSignal.abort() }));
    expect(error).toBeInstanceOf(AbortedError);
    expect(stack.requests).toHaveLength(0);
  });

  test('is left without listeners', async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners += 1;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...args);
    };
    stack.emulator.setFaults(inTurn({ kind: 'throttle' }));
    await client.classify({ text: 'a' }, { signal });
    expect(listeners).toBe(0);
  });
});

describe('options', () => {
  test('that are wrong are all told together', () => {
    const options = { endpointName: 'a b', timeoutMs: 0, retry: { maxAttempts: 1.5 }, maxRequestBytes: 1 };
    const make = () => stack.client(options);
    expect(make).toThrow(ValidationError);
    expect(make).toThrow(
      /timeoutMs is 0[\s\S]*maxAttempts is 1.5[\s\S]*maxRequestBytes is 1[\s\S]*endpointName is "a b"/,
    );
  });

  test('need a place to call, and only one', () => {
    expect(() => stack.client({ endpointName: undefined as never })).toThrow(/either endpointName/);
    expect(() => stack.client({ url: 'http://127.0.0.1' as never })).toThrow(/and not both/);
    expect(() => stack.direct({ url: 'ftp://127.0.0.1' })).toThrow(/expected http: or https:/);
    expect(() => stack.direct({ url: 'http://name:word@127.0.0.1' })).toThrow(/without a name/);
  });

  test('of a serverless endpoint bound every request to 4 MB', async () => {
    const serverless = stack.client({ serverless: true });
    const error = await rejection(serverless.classify({ image: Buffer.alloc(3_100_000) }));
    expect(error).toMatchObject({ code: 'body_too_large', attempts: 0 });
    expect((error as Error).message).toContain('holds 4000000 (what a serverless endpoint takes)');
    expect(() => stack.client({ serverless: true, maxRequestBytes: 4_000_001 })).toThrow(/at most 4000000/);
    expect(() => serverless.classifyMany([], { maxRequestBytes: 25_000_000 })).toThrow(/at most 4000000/);
    expect(() => stack.client({ serverless: true, asynchronous: {} })).toThrow(/give one of them/);
    expect(() => stack.direct({ serverless: true } as never)).toThrow(/serverless goes with endpointName/);
    const bounded = stack.client({ serverless: true, maxRequestBytes: 100_000 });
    expect(await rejection(bounded.classify({ image: Buffer.alloc(100_000) }))).toMatchObject({
      message: expect.stringContaining('holds 100000 (maxRequestBytes)'),
    });
  });

  test('of a call are judged before anything is sent', async () => {
    const error = await rejection(client.classify({ text: 'a' }, { thresholds: { red: 2 } }));
    expect(error).toMatchObject({ name: 'ValidationError', code: 'invalid_option', attempts: 0 });
    expect(() => client.classifyMany([], { concurrency: 0 })).toThrow(ValidationError);
    expect(await rejection(client.classifyAsync({ text: 'a' }))).toMatchObject({ code: 'invalid_option' });
  });

  test('a redirect is not followed', async () => {
    let target: unknown;
    const fetch: typeof globalThis.fetch = async (_, init) => {
      target = init?.redirect;
      throw new TypeError('redirected');
    };
    await rejection(stack.direct({ fetch, retry: { maxAttempts: 1 } }).classify({ text: 'a' }));
    expect(target).toBe('error');
  });
});

test('neither events nor errors hold what a post says', async () => {
  stack.emulator.setFaults(inTurn({ kind: 'throttle' }, { kind: 'container', status: 400, body: 'no' }));
  const error = (await rejection(client.classify({ text: 'a very private text' }))) as ModerationClientError;
  const told = JSON.stringify([stack.events, error.toJSON(), error.message, String(error.cause)]);
  expect(told).not.toContain('private');
  expect(stack.events.map(({ type }) => type)).toEqual([
    'request',
    'response',
    'retry',
    'request',
    'response',
  ]);
});

test('a listener that throws does no harm', async () => {
  const onEvent = () => {
    throw new Error('a bug of the listener');
  };
  expect((await stack.client({ onEvent }).classify({ text: 'a' })).attempts).toBe(1);
});

test('a passing error in the slot is tried again like one of the request', async () => {
  let calls = 0;
  const failing = await startStack({
    classify: () => {
      calls += 1;
      throw new ModerationError(calls === 1 ? 'worker_failed' : 'deadline_exceeded', 'Try again.');
    },
  });
  try {
    const error = await rejection(
      failing.direct({ retry: { maxAttempts: 3, baseDelayMs: 1 } }).classify({ text: 'a' }),
    );
    expect(error).toMatchObject({ name: 'TimeoutError', code: 'deadline_exceeded', attempts: 3 });
  } finally {
    await failing.close();
  }
});
