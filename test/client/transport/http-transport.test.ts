import type { RequestListener } from 'node:http';
import { afterEach, expect, test } from '@jest/globals';
import { OptionReader } from '../../../lib/client/settings.js';
import { HttpTransport } from '../../../lib/client/transport/http-transport.js';
import { type StubContainer, startStubContainer } from '../../emulator/support/stub-container.js';

let stub: StubContainer;
afterEach(() => stub.close());

async function send(listener: RequestListener, path = '', headers = {}) {
  stub = await startStubContainer(listener);
  const transport = new HttpTransport({ url: stub.url + path, headers }, new OptionReader());
  return transport.send({ body: Buffer.from('{}'), requestId: 'sent', signal: new AbortController().signal });
}

test.each([
  ['', '/invocations'],
  ['/', '/invocations'],
  ['/behind/a/gateway/', '/behind/a/gateway/invocations'],
  ['/behind/invocations?key=1', '/behind/invocations?key=1'],
])('a URL that ends in "%s" calls %s', async (path, called) => {
  let asked: string | undefined;
  const reply = await send((request, response) => {
    asked = `${request.method} ${request.url}`;
    response.end('fine');
  }, path);
  expect(asked).toBe(`POST ${called}`);
  expect(reply.ok && Buffer.from(reply.body).toString()).toBe('fine');
});

test('the request has its id, its types and the caller’s headers', async () => {
  await send((_, response) => response.end(), '', { 'x-key': 'k', 'content-type': 'text/plain' });
  expect(stub.headers[0]).toMatchObject({
    'x-request-id': 'sent',
    'content-type': 'application/json',
    accept: 'application/json',
    'content-length': '2',
    'x-key': 'k',
  });
});

test('an error without the contract’s body keeps status, id and hint of the headers', async () => {
  const reply = await send((_, response) => {
    response.writeHead(503, { 'retry-after': '3', 'x-request-id': 'theirs' }).end('<html>');
  });
  expect(reply).toMatchObject({
    ok: false,
    code: 'service_unavailable',
    status: 503,
    retryAfterMs: 3000,
    requestId: 'theirs',
  });
});

test('a redirect is a failed connection, for posts go nowhere else', async () => {
  const reply = await send((_, response) =>
    response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end(),
  );
  expect(reply).toMatchObject({ ok: false, code: 'connection_failed' });
  expect(stub.headers).toHaveLength(1);
});

test('an answer without end is given up', async () => {
  const chunk = Buffer.alloc(4 * 1024 * 1024);
  const reply = await send((_, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', more);
    more();
  });
  expect(reply).toMatchObject({ ok: false, code: 'reply_invalid' });
});

test('an answer that breaks off is a failed connection', async () => {
  const reply = await send((_, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('half', () => response.destroy());
  });
  expect(reply).toMatchObject({ ok: false, code: 'connection_failed', retryable: true });
});
