/** Forms and types that other programs send. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from '../support/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

interface Reply {
  readonly predictions: readonly {
    readonly modalities_used: unknown;
    readonly error: Record<string, string>;
  }[];
  readonly error: Record<string, string>;
}

const post = async (contentType: string, body: string | Uint8Array) => {
  const response = await fetch(`${server.url}/invocations`, {
    method: 'POST',
    headers: { 'content-type': contentType },
    body: body as never,
  });
  return { status: response.status, body: (await response.json()) as Reply };
};

const form = (...parts: readonly [disposition: string, content: string][]): string =>
  `${parts.map(([disposition, content]) => `--x\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${content}\r\n`).join('')}--x--\r\n`;

describe('a form', () => {
  test('whose file field nobody filled in is judged by its text', async () => {
    const { status, body } = await post(
      'multipart/form-data; boundary=x',
      form(['name="text"', 'abc'], ['name="image"; filename=""', '']),
    );
    expect([status, body.predictions[0]?.modalities_used]).toEqual([200, ['text']]);
  });

  test('with nothing filled in is empty, and an empty file with a name is an error', async () => {
    const nothing = await post('multipart/form-data; boundary=x', form(['name="image"; filename=""', '']));
    expect(nothing.body.predictions[0]?.error['code']).toBe('empty_item');
    const named = await post(
      'multipart/form-data; boundary=x',
      form(['name="text"', 'abc'], ['name="image"; filename="a.png"', '']),
    );
    expect(named.body.predictions[0]?.error['code']).toBe('invalid_item');
  });
});

describe('a body', () => {
  test('of application/x-image is an image', async () => {
    const { body } = await post('application/x-image', Buffer.alloc(10));
    expect(body.predictions[0]?.modalities_used).toEqual(['image']);
  });

  test.each([
    ['application/x-npy', 'image file as JSON'],
    ['text/csv', 'application/jsonlines'],
    ['text/plain', 'application/json'],
    ['application/octet-stream', 'application/x-image'],
    ['application/x-www-form-urlencoded', 'multipart/form-data'],
    ['application/x-strange', 'does not read this Content-Type'],
  ])('of %s is told what to send', async (type, mention) => {
    const { status, body } = await post(type, 'abc');
    expect([status, body.error['code']]).toEqual([415, 'unsupported_media_type']);
    expect(body.error['message']).toContain(mention);
  });

  test('names the image that is not base64', async () => {
    const { body } = await post('application/json', '{"images":["AAAA","%"]}');
    expect(body.predictions[0]?.error['message']).toMatch(/^images\[1\] /);
  });
});
