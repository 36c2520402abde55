import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ERRORS, ModerationError } from '../../../lib/contract/errors.js';
import { errorReplySchema, replySchema, slotSchema } from '../../../lib/contract/reply.js';
import { answer, echo, FakeEngine } from '../support/fake-engine.js';
import { errorOf, startTestServer, type TestServer } from '../support/test-server.js';

const IMAGE = Buffer.alloc(10, 1);
const IMAGE_BASE64 = IMAGE.toString('base64');

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    limits: { maxItems: 8, maxBodyBytes: 100_000, maxTextChars: 1000, maxImageBytes: 5000 },
  });
});
afterAll(() => server.close());

describe('a JSON request', () => {
  test('answers each instance in its own slot, in order, with the model once', async () => {
    const response = await server.post(
      {
        instances: [
          { text: 'a'.repeat(60), id: 'first' },
          { image_base64: IMAGE_BASE64 },
          { text: 'ab', image_base64: IMAGE_BASE64 },
        ],
      },
      { 'content-type': 'application/json', 'x-amzn-sagemaker-inference-id': 'trace-7' },
    );
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('x-request-id')).toBe('trace-7');
    const reply = replySchema.strict().parse(await response.json());
    expect(reply).toEqual({
      predictions: [
        {
          id: 'first',
          class_predictions: { red: true, green: false, blue: false },
          probabilities: { red: Math.fround(0.6), green: 0, blue: 0.5 },
          any_harmful: true,
          modalities_used: ['text'],
          text_truncated: false,
          unseen: [],
        },
        expect.objectContaining({
          probabilities: { red: 0, green: Math.fround(0.1), blue: 0.5 },
          modalities_used: ['image'],
        }),
        expect.objectContaining({ any_harmful: false, modalities_used: ['text', 'image'] }),
      ],
      model: {
        name: 'a model of paper',
        pack: 'f'.repeat(64),
        precision: 'fp32',
        demonstration: true,
        device: 'cpu',
      },
      thresholds: { red: 0.5, green: 0.25, blue: 0.75 },
      request_id: 'trace-7',
    });
  });

  test('takes the single form, with parameters beside the fields', async () => {
    const reply = await server.classify({ text: 'ab', id: 'x', parameters: { timings: true } });
    expect(reply.predictions).toEqual([expect.objectContaining({ id: 'x', modalities_used: ['text'] })]);
    expect(reply.timings).toEqual(
      expect.objectContaining({
        read: expect.any(Number),
        parse: expect.any(Number),
        encode_text: 2,
        total: expect.any(Number),
      }),
    );
    expect((await server.classify({ text: 'ab' })).timings).toBeUndefined();
  });

  test('tells of several items the slowest stage', async () => {
    const reply = await server.classify({
      instances: [{ text: 'ab' }, { text: 'abcdef' }],
      parameters: { timings: true },
    });
    expect(reply.timings?.['encode_text']).toBe(6);
  });

  test('treats null as absent, everywhere', async () => {
    const reply = await server.classify({ text: 'ab', image_base64: null, id: null, parameters: null });
    expect(reply.predictions[0]).toEqual(expect.objectContaining({ modalities_used: ['text'] }));
    expect(reply.predictions[0]).not.toHaveProperty('id');
    expect(
      await server.classify({ text: 'ab', parameters: { thresholds: null, timings: null } }),
    ).toHaveProperty('predictions');
  });

  test('hands the bytes of the image and the text on as they are', async () => {
    await server.classify({ text: ' \u00e9\ud83d\ude00\u2028 ', image_base64: IMAGE_BASE64 });
    const post = server.engine.posts.at(-1);
    expect(post?.text).toBe(' \u00e9\ud83d\ude00\u2028 ');
    expect(Buffer.from(post?.image ?? []).equals(IMAGE)).toBe(true);
  });

  test.each<[string, unknown, string, RegExp]>([
    ['no object', 7, 'invalid_item', /a number; expected an object/],
    ['null', null, 'invalid_item', /is null; expected an object/],
    ['an array', [], 'invalid_item', /is an array/],
    ['a text that is no string', { text: 5 }, 'invalid_item', /text is a number/],
    ['a text in an array', { text: ['x'] }, 'invalid_item', /text is an array/],
    ['an image that is no string', { image_base64: { a: 1 } }, 'invalid_item', /image_base64 is an object/],
    ['an id that is no string', { text: 'x', id: 5 }, 'invalid_item', /id is a number/],
    ['an id that is too long', { text: 'x', id: 'x'.repeat(257) }, 'invalid_item', /id is longer than 256/],
    [
      'an unknown field',
      { text: 'x', imageBase64: 'x' },
      'invalid_item',
      /Unknown field "imageBase64"; expected text/,
    ],
    ['an image by URL', { text: 'x', image_url: 'http://x' }, 'image_url_unsupported', /fetches no URL/],
    ['an empty image', { text: 'x', image_base64: '' }, 'image_base64_invalid', /is empty/],
    [
      'an image that is not base64',
      { text: 'x', image_base64: 'a b=' },
      'image_base64_invalid',
      /not base64/,
    ],
    [
      'a large image',
      { image_base64: Buffer.alloc(5001).toString('base64') },
      'image_too_large',
      /5001 bytes/,
    ],
    ['a long text', { text: 'x'.repeat(1001) }, 'text_too_long', /longer than 1000/],
    [
      'a text longer than any escapes explain',
      { text: 'x'.repeat(9000) },
      'text_too_long',
      /longer than 1000/,
    ],
    ['nothing', {}, 'empty_item', /neither/],
    ['white space alone', { text: ' \n' }, 'empty_item', /neither/],
  ])('gives an item with %s its own error and answers its neighbours', async (_, bad, code, message) => {
    const reply = await server.classify({ instances: [{ text: 'ab' }, bad, { text: 'abc' }] });
    expect(reply.predictions).toEqual([
      expect.objectContaining({ probabilities: expect.objectContaining({ red: Math.fround(0.02) }) }),
      { error: { code, message: expect.stringMatching(message), retryable: false } },
      expect.objectContaining({ probabilities: expect.objectContaining({ red: Math.fround(0.03) }) }),
    ]);
  });

  test('keeps the id of an item whose content is bad', async () => {
    const reply = await server.classify({ instances: [{ id: 'mine', text: 5 }] });
    expect(reply.predictions).toEqual([
      { id: 'mine', error: expect.objectContaining({ code: 'invalid_item' }) },
    ]);
  });

  test('gives the single form an error in its slot too', async () => {
    const response = await server.post({ text: 5 });
    expect(response.status).toBe(200);
    expect(replySchema.parse(await response.json()).predictions).toEqual([
      { error: expect.objectContaining({ code: 'invalid_item' }) },
    ]);
  });

  test('refuses __proto__ as an unknown field, in items and in thresholds', async () => {
    const response = await server.post('{"instances":[{"text":"x","__proto__":{"text":"y"}}]}');
    const { predictions } = replySchema.parse(await response.json());
    expect(predictions).toEqual([{ error: expect.objectContaining({ code: 'invalid_item' }) }]);
    for (const parameters of ['{"__proto__":{}}', '{"thresholds":{"__proto__":0.1}}']) {
      const refused = await server.post(`{"text":"x","parameters":${parameters}}`);
      expect(await errorOf(refused)).toEqual(
        expect.objectContaining({ status: 400, code: 'invalid_parameters' }),
      );
    }
  });

  test.each<[string, string, number, string]>([
    ['no JSON', '{"instances"', 400, 'invalid_json'],
    ['nothing', '', 400, 'invalid_json'],
    ['a repeated key', '{"text":"a","text":"b"}', 400, 'invalid_json'],
    ['a repeated key in an item', '{"instances":[{"text":"a","text":"b"}]}', 400, 'invalid_json'],
    ['an array', '[{"text":"a"}]', 400, 'invalid_request'],
    ['a string', '"text"', 400, 'invalid_request'],
    ['instances that are no array', '{"instances":{"text":"a"}}', 400, 'invalid_request'],
    ['instances that are null', '{"instances":null}', 400, 'invalid_request'],
    ['no instances', '{"instances":[]}', 400, 'invalid_request'],
    ['a stranger beside instances', '{"instances":[{"text":"a"}],"text":"b"}', 400, 'invalid_request'],
    ['too many items', JSON.stringify({ instances: Array(9).fill({ text: 'a' }) }), 413, 'too_many_items'],
    ['very many items', `{"instances":[${Array(40_000).fill('1').join(',')}]}`, 413, 'too_many_items'],
    [
      'too many values',
      JSON.stringify(Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [i, i]))),
      400,
      'invalid_request',
    ],
    ['an unknown parameter', '{"text":"a","parameters":{"threshold":0.5}}', 400, 'invalid_parameters'],
    [
      'a threshold above 1',
      '{"text":"a","parameters":{"thresholds":{"red":1.5}}}',
      400,
      'invalid_parameters',
    ],
    [
      'an infinite threshold',
      '{"text":"a","parameters":{"thresholds":{"red":1e999}}}',
      400,
      'invalid_parameters',
    ],
    ['parameters in an array', '{"text":"a","parameters":[]}', 400, 'invalid_parameters'],
    ['a body beyond the limit', JSON.stringify({ text: 'x'.repeat(100_001) }), 413, 'body_too_large'],
  ])('refuses %s as a whole', async (_, body, status, code) => {
    const asked = server.engine.posts.length;
    const response = await server.post(body);
    expect(response.headers.get('content-type')).toBe('application/json');
    const reply = errorReplySchema.strict().parse(await response.json());
    expect(reply.error.code).toBe(code);
    expect(response.status).toBe(status);
    expect(reply.request_id).toBe(response.headers.get('x-request-id'));
    expect(server.engine.posts).toHaveLength(asked);
  });

  test('refuses a body that is no UTF-8', async () => {
    const response = await server.post(Buffer.from('{"text":"\xff"}', 'latin1'));
    expect(await errorOf(response)).toEqual(expect.objectContaining({ code: 'invalid_json', status: 400 }));
  });

  test('skips a byte order mark', async () => {
    expect((await server.classify('\ufeff{"text":"ab"}')).predictions).toHaveLength(1);
  });
});

describe('thresholds', () => {
  test('are replaced class by class, and the reply tells those that were applied', async () => {
    const reply = await server.classify({
      text: 'a'.repeat(60),
      parameters: { thresholds: { red: 0.61, blue: 0.5 } },
    });
    expect(reply.thresholds).toEqual({ red: 0.61, green: 0.25, blue: 0.5 });
    expect(reply.predictions[0]).toEqual(
      expect.objectContaining({
        class_predictions: { red: false, green: false, blue: true },
        any_harmful: true,
      }),
    );
  });

  test('of a class that the model does not have are refused with the classes it has', async () => {
    const response = await server.post({ text: 'a', parameters: { thresholds: { crimson: 0.5 } } });
    expect(await errorOf(response)).toEqual(
      expect.objectContaining({
        status: 400,
        code: 'invalid_parameters',
        message: 'The model has no class "crimson"; its classes are red, green, blue.',
      }),
    );
  });

  test('may be 0 and 1, and are met by a probability that equals them', async () => {
    const reply = await server.classify({
      text: 'a'.repeat(50),
      parameters: { thresholds: { red: 0.5, green: 0, blue: 1 } },
    });
    expect(reply.predictions[0]).toHaveProperty('class_predictions', { red: true, green: true, blue: false });
  });
});

describe('what the engine does', () => {
  test('reaches callers per item: refusals, failures and defects', async () => {
    const failing = await startTestServer({
      classify: (post) => {
        if (post.text === 'worker')
          throw new ModerationError('worker_failed', 'The worker crashed.', { retryAfterMs: 20.5 });
        if (post.text === 'defect') throw new TypeError('secret sauce');
        if (post.text === 'nan') return answer([0.1, Number.NaN, 0.2]);
        if (post.text === 'short') return answer([0.1]);
        if (post.text === 'beyond') return answer([0.1, 1.5, 0.2]);
        return echo(post);
      },
    });
    try {
      const texts = ['ab', 'worker', 'defect', 'nan', 'short', 'beyond'];
      const response = await failing.post({ instances: texts.map((text) => ({ text, id: text })) });
      expect(response.status).toBe(200);
      const body = await response.text();
      const { predictions } = replySchema.parse(JSON.parse(body));
      expect(predictions.map((slot) => ('error' in slot ? slot.error.code : 'answered'))).toEqual([
        'answered',
        'worker_failed',
        'internal',
        'output_invalid',
        'output_invalid',
        'output_invalid',
      ]);
      expect(predictions[1]).toEqual({
        id: 'worker',
        error: { code: 'worker_failed', message: 'The worker crashed.', retryable: true, retry_after_ms: 21 },
      });
      expect(body).not.toContain('secret sauce');
      expect(body).not.toContain('TypeError');
      const defect = failing.logs().find(({ message }) => message === 'defect');
      expect(defect).toEqual(
        expect.objectContaining({ level: 'error', request_id: response.headers.get('x-request-id') }),
      );
      expect(JSON.stringify(defect?.['trace'])).toContain('invocations.test');
    } finally {
      await failing.close();
    }
  });

  test('refuses a request that finds no places, as a whole and with a hint', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const small = await startTestServer({
      texts: 2,
      classify: async (post) => {
        await held;
        return echo(post);
      },
    });
    try {
      const first = small.post({ instances: [{ text: 'ab' }, { text: 'abc' }] });
      while (small.engine.posts.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
      const refused = await small.post({ instances: [{ text: 'ab' }] });
      expect(refused.headers.get('retry-after')).toBe('1');
      expect(await errorOf(refused)).toEqual(
        expect.objectContaining({
          status: 429,
          code: 'overloaded',
          retryable: true,
          retry_after_ms: expect.any(Number),
        }),
      );
      const never = await small.post({ instances: Array(3).fill({ text: 'ab' }) });
      expect(await errorOf(never)).toEqual(
        expect.objectContaining({ status: 413, code: 'too_many_items', retryable: false }),
      );
      release();
      expect((await first).status).toBe(200);
      expect((await small.classify({ text: 'ab' })).predictions).toHaveLength(1);
    } finally {
      await small.close();
    }
  });

  test('is given a deadline, and a signal that tells when the caller left', async () => {
    const hanging = await startTestServer({
      limits: { requestTimeoutMs: 5000 },
      classify: (_, { signal }) =>
        new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
    });
    try {
      const caller = new AbortController();
      const before = performance.now();
      const request = fetch(`${hanging.url}/invocations`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"text":"ab"}',
        signal: caller.signal,
      });
      while (hanging.engine.options.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      const { signal, deadline } = hanging.engine.options[0] ?? {};
      expect(deadline).toBeGreaterThan(before + 4900);
      expect(deadline).toBeLessThan(performance.now() + 5000);
      caller.abort();
      await expect(request).rejects.toThrow();
      while (!signal?.aborted) await new Promise((resolve) => setTimeout(resolve, 5));
      while (hanging.service.accepted > 0) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(hanging.logs().filter(({ message }) => message === 'request')).toEqual([
        expect.objectContaining({ aborted: true, items: 1 }),
      ]);
      expect(hanging.logs().filter(({ message }) => message === 'defect')).toEqual([]);
    } finally {
      await hanging.close();
    }
  });

  test('is not asked before it is ready', async () => {
    const loading = await startTestServer({ ready: false });
    try {
      const refused = await loading.post({ text: 'ab' });
      expect(await errorOf(refused)).toEqual(
        expect.objectContaining({ status: 503, code: 'not_ready', retryable: true, retry_after_ms: 1000 }),
      );
      loading.service.ready(new FakeEngine());
      expect((await loading.post({ text: 'ab' })).status).toBe(200);
    } finally {
      await loading.close();
    }
  });
});

describe('every slot', () => {
  test('is a prediction or an error by the contract', async () => {
    const { predictions } = await server.classify({ instances: [{ text: 'ab' }, {}, { image_url: 'x' }] });
    for (const slot of predictions) expect(() => slotSchema.parse(slot)).not.toThrow();
    for (const slot of predictions)
      if ('error' in slot) expect(Object.keys(ERRORS)).toContain(slot.error.code);
  });
});
