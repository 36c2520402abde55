import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LINES_AT_ONCE } from '../../../container/reply/answer.js';
import { replySchema, type Slot } from '../../../lib/contract/reply.js';
import { echo } from '../support/fake-engine.js';
import { errorOf, startTestServer, type TestServer } from '../support/test-server.js';

const IMAGE = Buffer.from([0xff, 0xd8, 0x0d, 0x0a, 0x2d, 0x2d, 0x00, 0x80]);

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    limits: { maxItems: 4, maxLines: 500, maxTextChars: 1000, maxImageBytes: 5000 },
  });
});
afterAll(() => server.close());

const lines = { 'content-type': 'application/jsonlines' };

async function slotsOf(response: Response): Promise<Slot[]> {
  expect(response.status).toBe(200);
  return (await response.text()).split('\n').map((line) => JSON.parse(line));
}

describe('JSON Lines', () => {
  test.each([
    'application/jsonlines',
    'application/x-jsonlines',
    'application/jsonl',
    'application/x-ndjson',
  ])('go by the name %s', async (type) => {
    const response = await server.post('{"text":"ab"}', { 'content-type': `${type}; charset=UTF-8` });
    expect(await slotsOf(response)).toEqual([expect.objectContaining({ modalities_used: ['text'] })]);
    expect(response.headers.get('content-type')).toBe('application/jsonlines');
  });

  test('are answered line by line, bad ones in their own line', async () => {
    const body = [
      '{"text":"ab"}',
      '',
      '{"text":',
      '{"text":"abc","id":"c"}',
      '  ',
      '[]',
      '{"text":"a","text":"b"}',
    ];
    const slots = await slotsOf(await server.post(body.join('\n'), lines));
    expect(slots.map((slot) => ('error' in slot ? slot.error.code : (slot.id ?? 'answered')))).toEqual([
      'answered',
      'invalid_item',
      'invalid_item',
      'c',
      'invalid_item',
      'invalid_item',
      'invalid_item',
    ]);
    expect(slots[2]).toHaveProperty('error.message', 'Line 3: Invalid JSON at byte 8: expected a value.');
  });

  test('end as the request ends, and carriage returns are white space', async () => {
    const text = async (body: string) => (await server.post(body, lines)).text();
    expect(await text('{"text":"ab"}\n{"text":"ab"}')).toMatch(/^\{.*\}\n\{.*\}$/);
    expect(await text('{"text":"ab"}\n{"text":"ab"}\n')).toMatch(/^\{.*\}\n\{.*\}\n$/);
    expect(await text('{"text":"ab"}\r\n')).toMatch(/^\{"class_predictions".*\}\n$/);
    expect(await text('\n\n')).toMatch(/^\{"error".*\}\n\{"error".*\}\n$/);
  });

  test('may be answered as one document', async () => {
    const response = await server.post('{"text":"ab"}\n{}\n', { ...lines, accept: 'application/json' });
    const reply = replySchema.strict().parse(await response.json());
    expect(reply.predictions).toHaveLength(2);
    expect(reply.model.name).toBe('a model of paper');
  });

  test('cost only their own line when one is no UTF-8', async () => {
    const body = Buffer.from('{"text":"ab"}\n{"text":"\xff"}\n{"text":"ab"}', 'latin1');
    const slots = await slotsOf(await server.post(body, lines));
    expect(slots.map((slot) => 'error' in slot)).toEqual([false, true, false]);
  });

  test('are many more than items, computed in a window', async () => {
    const texts = Array.from({ length: 500 }, (_, index) => 'x'.repeat(1 + (index % 90)));
    const slow = await startTestServer({
      limits: { maxLines: 500 },
      texts: 20,
      images: 20,
      classify: async (post) => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        return echo(post);
      },
    });
    try {
      const body = texts.map((text) => JSON.stringify({ text })).join('\n');
      const slots = await slotsOf(await slow.post(body, lines));
      expect(slots.map((slot) => ('error' in slot ? slot.error : slot.probabilities['red']))).toEqual(
        texts.map((text) => Math.fround(text.length / 100)),
      );
      expect(slow.engine.peak).toBeLessThanOrEqual(Math.min(20, LINES_AT_ONCE));
      expect(slow.engine.stats().lanes.text.held).toBe(0);
    } finally {
      await slow.close();
    }
  });

  test('are refused when there are too many, or none', async () => {
    const tooMany = await server.post('{}\n'.repeat(501), lines);
    expect(await errorOf(tooMany)).toEqual(expect.objectContaining({ status: 413, code: 'too_many_items' }));
    expect(await errorOf(await server.post('', lines))).toEqual(
      expect.objectContaining({ status: 400, code: 'invalid_request' }),
    );
  });
});

describe('a form', () => {
  function form(parts: Record<string, string | Blob>): FormData {
    const data = new FormData();
    for (const [name, value] of Object.entries(parts)) data.append(name, value);
    return data;
  }

  test('gives one item of text, image, id and parameters', async () => {
    const image = new Blob([IMAGE], { type: 'image/jpeg' });
    const parameters = JSON.stringify({ thresholds: { red: 0.01 } });
    const response = await server.post(form({ text: 'é\r\n', image, id: 'form', parameters }), {});
    const reply = replySchema.parse(await response.json());
    expect(reply.predictions).toEqual([
      expect.objectContaining({
        id: 'form',
        modalities_used: ['text', 'image'],
        class_predictions: expect.objectContaining({ red: true }),
      }),
    ]);
    const post = server.engine.posts.at(-1);
    expect(post?.text).toBe('é\r\n');
    expect(Buffer.from(post?.image ?? []).equals(IMAGE)).toBe(true);
  });

  const boundary = 'edge';
  const part = (name: string, content: string, headers = '') =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${headers}\r\n\r\n${content}\r\n`;
  const end = `--${boundary}--\r\n`;
  const send = (body: string, type = `multipart/form-data; boundary=${boundary}`) =>
    server.post(Buffer.from(body, 'latin1'), { 'content-type': type });

  test('takes parts as other clients write them', async () => {
    const body =
      `--${boundary}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-disposition: form-data; name=text\r\n\r\nab\r\n` +
      part(
        'image',
        '',
        '; filename="a \\"b\\".png"; filename*=utf-8\'\'a\r\nContent-Transfer-Encoding: binary',
      ).replace('\r\n\r\n\r\n', '\r\n\r\nxy\r\n') +
      `--${boundary}--`;
    const reply = replySchema.parse(await (await send(body)).json());
    expect(reply.predictions).toEqual([expect.objectContaining({ modalities_used: ['text', 'image'] })]);
  });

  test.each<[string, string, string]>([
    ['a field the service does not know', part('caption', 'x'), 'invalid_item'],
    ['an image by URL', part('image_url', 'x'), 'image_url_unsupported'],
    ['an empty image file', part('text', 'x') + part('image', '', '; filename="a.png"'), 'invalid_item'],
    ['a long text', part('text', 'x'.repeat(1001)), 'text_too_long'],
    ['a very long text', part('text', 'x'.repeat(9000)), 'text_too_long'],
    ['a long id', part('text', 'x') + part('id', 'x'.repeat(300)), 'invalid_item'],
    ['nothing in it', part('text', ''), 'empty_item'],
  ])('with %s has that error in its slot', async (_, parts, code) => {
    const reply = replySchema.parse(await (await send(parts + end)).json());
    expect(reply.predictions).toEqual([
      expect.objectContaining({ error: expect.objectContaining({ code }) }),
    ]);
  });

  test.each<[string, string]>([
    ['has two parts of one name', part('text', 'a') + part('text', 'b') + end],
    ['holds base64', part('image_base64', 'AAAA') + end],
    ['is no UTF-8', `${part('text', '\xff')}${end}`],
    ['is in another charset', part('text', 'a', '\r\nContent-Type: text/plain; charset=utf-16') + end],
    ['is encoded', part('text', 'YQ==', '\r\nContent-Transfer-Encoding: base64') + end],
    ['has a part without a name', `--${boundary}\r\nContent-Disposition: form-data\r\n\r\na\r\n${end}`],
    ['has a part without headers', `--${boundary}\r\n\r\na\r\n${end}`],
    ['has a part that is an attachment', part('text', 'a').replace('form-data', 'attachment') + end],
    ['repeats a name inside a header', part('text', 'a', '; name="id"') + end],
    ['does not end', part('text', 'a')],
    ['goes on after its end', part('text', 'a') + end + part('id', 'b')],
    ['starts elsewhere', `x\r\n${part('text', 'a')}${end}`],
    ['has no part', end],
    ['has many parts', Array.from({ length: 9 }, (_, index) => part(`p${index}`, 'x')).join('') + end],
    ['has a malformed boundary line', `${part('text', 'a')}--${boundary}x\r\n`],
    ['is empty', ''],
  ])('is refused when it %s', async (_, body) => {
    expect(await errorOf(await send(body))).toEqual(
      expect.objectContaining({ status: 400, code: 'invalid_request' }),
    );
  });

  test.each(['multipart/form-data', `multipart/form-data; boundary=${'x'.repeat(71)}`])(
    'is refused as %s',
    async (type) => {
      expect(await errorOf(await send(part('text', 'a') + end, type))).toEqual(
        expect.objectContaining({ status: 400, code: 'invalid_request' }),
      );
    },
  );

  test('has its parameters checked', async () => {
    const refused = await send(part('text', 'a') + part('parameters', '{"thresholds":{"pink":1}}') + end);
    expect(await errorOf(refused)).toEqual(
      expect.objectContaining({ status: 400, code: 'invalid_parameters' }),
    );
    const broken = await send(part('text', 'a') + part('parameters', '{') + end);
    expect(await errorOf(broken)).toEqual(expect.objectContaining({ status: 400, code: 'invalid_json' }));
  });
});

describe('a bare image', () => {
  test.each(['image/jpeg', 'image/png', 'image/anything'])(
    'as %s is one item, its bytes as they are',
    async (type) => {
      const response = await server.post(IMAGE, { 'content-type': type });
      const reply = replySchema.parse(await response.json());
      expect(reply.predictions).toEqual([expect.objectContaining({ modalities_used: ['image'] })]);
      expect(Buffer.from(server.engine.posts.at(-1)?.image ?? []).equals(IMAGE)).toBe(true);
    },
  );

  test('must have bytes', async () => {
    const response = await server.post('', { 'content-type': 'image/png' });
    expect(await errorOf(response)).toEqual(
      expect.objectContaining({ status: 400, code: 'invalid_request' }),
    );
  });
});

describe('other media types', () => {
  test.each<[string, Record<string, string>]>([
    ['another type', { 'content-type': 'text/csv' }],
    ['a form as links send it', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['a malformed type', { 'content-type': 'json' }],
    ['another charset', { 'content-type': 'application/json; charset=utf-16' }],
    ['a compressed body', { 'content-type': 'application/json', 'content-encoding': 'gzip' }],
    ['a body compressed twice', { 'content-type': 'application/json', 'content-encoding': 'identity, br' }],
  ])('are refused: %s', async (_, headers) => {
    const response = await server.post(Buffer.from('{"text":"ab"}'), headers);
    expect(await errorOf(response)).toEqual(
      expect.objectContaining({ status: 415, code: 'unsupported_media_type' }),
    );
  });

  test('a body without a type is refused', async () => {
    const response = await server.post(Buffer.from('{"text":"ab"}'), {});
    expect(response.status).toBe(415);
  });

  test.each(['application/json; charset=utf-8', 'application/json;charset="UTF-8"', 'APPLICATION/JSON'])(
    '%s is JSON',
    async (type) => {
      const response = await server.post('{"text":"ab"}', {
        'content-type': type,
        'content-encoding': 'identity',
      });
      expect(response.status).toBe(200);
    },
  );
});

describe('the reply type', () => {
  test.each<[string, string | null]>([
    ['', 'application/json'],
    ['*/*', 'application/json'],
    ['application/*', 'application/json'],
    ['text/html, application/json;q=0.1', 'application/json'],
    ['application/json; charset=utf-8', 'application/json; charset=utf-8'],
    ['text/html', null],
    ['application/json;q=0', null],
    ['application/jsonlines', null],
    ['nonsense', null],
  ])('for a JSON request that accepts %j is %j', async (accept, expected) => {
    const response = await server.post('{"text":"ab"}', { 'content-type': 'application/json', accept });
    if (expected === null) {
      expect(await errorOf(response)).toEqual(
        expect.objectContaining({ status: 406, code: 'not_acceptable' }),
      );
    } else {
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe(expected);
    }
  });

  test.each<[string, string]>([
    ['*/*', 'application/jsonlines'],
    ['application/x-ndjson', 'application/x-ndjson'],
    ['application/json;q=0.9, application/jsonlines;q=0.8', 'application/json'],
    ['application/json;q=0.1, application/jsonlines;q=0.8', 'application/jsonlines'],
  ])('for a JSON Lines request that accepts %j is %j', async (accept, expected) => {
    const response = await server.post('{"text":"ab"}', { ...lines, accept });
    expect(response.headers.get('content-type')).toBe(expected);
  });
});
