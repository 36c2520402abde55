import { afterEach, describe, expect, test } from '@jest/globals';
import { errorReplySchema } from '../../../lib/contract/reply.js';
import { signalled } from '../../support/signalled.js';
import { echo } from '../support/fake-engine.js';
import { exchange, RawConnection } from '../support/raw-http.js';
import { errorOf, startTestServer, type TestServer, type TestServerOptions } from '../support/test-server.js';

let server: TestServer;
afterEach(() => server.close());

async function start(options: TestServerOptions = {}): Promise<TestServer> {
  server = await startTestServer(options);
  return server;
}

/** The status of the last reply in a raw exchange, and its error. */
function lastReply(raw: string): { status: number; code: string; head: string } {
  const at = raw.lastIndexOf('HTTP/1.1 ');
  const [head = '', body = ''] = raw.slice(at).split('\r\n\r\n');
  return {
    status: Number(head.slice(9, 12)),
    code: errorReplySchema.parse(JSON.parse(body)).error.code,
    head,
  };
}

const post = (headers: string, body = '') =>
  `POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${headers}\r\n${body}`;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('what is no request', () => {
  test.each<[string, string]>([
    ['garbage', 'hello there\r\n\r\n'],
    ['a TLS greeting', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['two lengths', post('Content-Length: 2\r\nContent-Length: 3\r\n', '{}')],
    ['a length and chunks', post('Content-Length: 2\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n')],
    ['a length that is no number', post('Content-Length: 2x\r\n', '{}')],
    ['a negative length', post('Content-Length: -1\r\n', '{}')],
    ['a malformed chunk', post('Transfer-Encoding: chunked\r\n', 'zz\r\n{}\r\n0\r\n\r\n')],
    ['a header without a name', post(': x\r\nContent-Length: 2\r\n', '{}')],
    ['a line feed alone', 'GET /ping HTTP/1.1\nHost: x\n\n'],
  ])('is answered with 400 and closed: %s', async (name, text) => {
    const { port } = await start();
    const raw = await exchange(port, Buffer.from(text, 'latin1'));
    // Where the request had begun already, an answer could be taken for its own; then the connection just closes.
    if (name === 'a malformed chunk') expect(raw).toBe('');
    else expect(lastReply(raw)).toEqual(expect.objectContaining({ status: 400, code: 'invalid_request' }));
    expect((await server.post({ text: 'ab' })).status).toBe(200);
  });

  test('is answered with 431 when its headers are too large', async () => {
    const { port } = await start({ limits: { maxHeaderBytes: 2048 } });
    const flood = `GET /ping HTTP/1.1\r\nHost: x\r\n${'X-Flood: yes\r\n'.repeat(1000)}\r\n`;
    expect(lastReply(await exchange(port, flood))).toEqual(
      expect.objectContaining({ status: 431, code: 'headers_too_large' }),
    );
  });

  test('is answered with 408 when its headers trickle', async () => {
    const { port } = await start({ limits: { headersTimeoutMs: 100 } });
    const raw = await exchange(port, 'GET /ping HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    expect(lastReply(raw)).toEqual(expect.objectContaining({ status: 408, code: 'body_timeout' }));
  });

  test('without a Host header is refused', async () => {
    const { port } = await start();
    const raw = await exchange(port, 'GET /ping HTTP/1.1\r\nConnection: close\r\n\r\n');
    expect(lastReply(raw)).toEqual(expect.objectContaining({ status: 400, code: 'invalid_request' }));
  });
});

describe('a body', () => {
  test('beyond the limit is refused before it is sent', async () => {
    const { port } = await start({ limits: { maxBodyBytes: 2000 } });
    const connection = await RawConnection.open(port);
    connection.send(post('Content-Length: 2001\r\n'));
    const raw = await connection.until(/\}$/);
    expect(lastReply(raw)).toEqual(expect.objectContaining({ status: 413, code: 'body_too_large' }));
    connection.socket.destroy();
  });

  test('that is refused but sent all the same leaves the connection usable', async () => {
    const { port } = await start({ limits: { maxBodyBytes: 2000 } });
    const connection = await RawConnection.open(port);
    connection.send(post('Content-Length: 300000\r\n', 'x'.repeat(300_000)));
    await connection.until(/body_too_large/);
    connection.send(post('Content-Length: 13\r\n', '{"text":"ab"}'));
    await connection.until(/"modalities_used":\["text"\]/);
    connection.socket.destroy();
  });

  test('in chunks is counted as it comes', async () => {
    const { port } = await start({ limits: { maxBodyBytes: 2000 } });
    const connection = await RawConnection.open(port);
    connection.send(post('Transfer-Encoding: chunked\r\n'));
    for (let sent = 0; sent < 3; sent += 1) connection.send(`3e8\r\n${'x'.repeat(1000)}\r\n`);
    expect(lastReply(await connection.until(/\}$/))).toEqual(
      expect.objectContaining({ status: 413, code: 'body_too_large' }),
    );
    connection.socket.destroy();
  });

  test('in many small chunks is put together', async () => {
    const { port } = await start();
    const connection = await RawConnection.open(port);
    const text = JSON.stringify({ text: 'é'.repeat(5000) });
    connection.send(post('Transfer-Encoding: chunked\r\n'));
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += 7) {
      const chunk = bytes.subarray(at, at + 7);
      connection
        .send(`${chunk.length.toString(16)}\r\n`)
        .send(chunk)
        .send('\r\n');
    }
    connection.send('0\r\n\r\n');
    await connection.until(/^HTTP\/1\.1 200 /);
    expect(server.engine.posts.at(-1)?.text).toBe('é'.repeat(5000));
    connection.socket.destroy();
  });

  test('that pauses too long is answered with 408', async () => {
    const { port } = await start({ limits: { bodyTimeoutMs: 100 } });
    const connection = await RawConnection.open(port);
    connection.send(post('Content-Length: 100\r\n', '{"text"'));
    const raw = await connection.closed;
    expect(lastReply(raw)).toEqual(expect.objectContaining({ status: 408, code: 'body_timeout' }));
    expect(raw).toMatch(/Connection: close/i);
  });

  test('that ends early, because the caller left, frees everything and is no defect', async () => {
    const { port, service, metrics } = await start();
    const connection = await RawConnection.open(port);
    connection.send(post('Content-Length: 1000000\r\n', '{"text"'));
    while (service.accepted === 0) await pause(5);
    expect(await metrics.registry.getSingleMetricAsString('moderation_body_bytes')).toContain(
      'moderation_body_bytes 1000000',
    );
    connection.socket.destroy();
    while (service.accepted > 0) await pause(5);
    expect(await metrics.registry.getSingleMetricAsString('moderation_body_bytes')).toContain(
      'moderation_body_bytes 0',
    );
    expect(server.logs().filter(({ message }) => message === 'defect')).toEqual([]);
    expect(server.logs().at(-1)).toEqual(expect.objectContaining({ message: 'request', aborted: true }));
  });

  test('is sent only when told so, if its sender asks first', async () => {
    const { port } = await start({ limits: { maxBodyBytes: 2000 } });
    const connection = await RawConnection.open(port);
    connection.send(post('Expect: 100-continue\r\nContent-Length: 13\r\n'));
    await connection.until(/^HTTP\/1\.1 100 Continue\r\n\r\n$/);
    connection.send('{"text":"ab"}');
    await connection.until(/HTTP\/1\.1 200 OK/);
    connection.socket.destroy();
    const refused = await exchange(port, post('Expect: 100-continue\r\nContent-Length: 2001\r\n'));
    expect(refused).toMatch(/^HTTP\/1\.1 413 /);
    expect(refused).toMatch(/Connection: close/i);
  });

  test('with an expectation that nobody can meet is refused by the contract', async () => {
    const { port } = await start();
    const raw = await exchange(port, post('Expect: 200-ok\r\nContent-Length: 13\r\n', '{"text":"ab"}'));
    expect(lastReply(raw)).toEqual(expect.objectContaining({ status: 400, code: 'invalid_request' }));
  });

  test('waits for memory: what does not fit is refused before it is read', async () => {
    const { port } = await start({ limits: { maxInflightBytes: 3000, maxBodyBytes: 2000 } });
    const slow = await RawConnection.open(port);
    slow.send(post('Content-Length: 2000\r\n'));
    while (server.service.accepted === 0) await pause(5);
    const refused = await server.post({ text: 'x'.repeat(1200) });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await errorOf(refused)).toEqual(
      expect.objectContaining({ status: 429, code: 'overloaded', retry_after_ms: 1000 }),
    );
    expect((await server.post({ text: 'ab' })).status).toBe(200);
    slow.socket.destroy();
    while (server.service.accepted > 0) await pause(5);
    expect((await server.post({ text: 'x'.repeat(1200) })).status).toBe(200);
  });
});

describe('a connection', () => {
  test('beyond maxConnections is closed at once and counted', async () => {
    const { port, metrics } = await start({ limits: { maxConnections: 2 } });
    const first = await RawConnection.open(port);
    const second = await RawConnection.open(port);
    await (await RawConnection.open(port)).closed;
    expect(await metrics.registry.getSingleMetricAsString('moderation_connections_dropped_total')).toMatch(
      /_total 1$/m,
    );
    first.send('GET /ping HTTP/1.1\r\nHost: x\r\n\r\n');
    await first.until(/^HTTP\/1\.1 200 OK/);
    first.socket.destroy();
    second.socket.destroy();
  });

  test('carries one request after another, pipelined ones too', async () => {
    const { port } = await start();
    const connection = await RawConnection.open(port);
    connection.send(post('Content-Length: 13\r\n', '{"text":"ab"}').repeat(3));
    const raw = await connection.until(/(?:HTTP\/1\.1 200 [\s\S]*){3}\}$/);
    expect(raw.match(/"modalities_used"/g)).toHaveLength(3);
    connection.socket.destroy();
  });

  test('that is lost with pipelined requests on it frees what each of them held', async () => {
    const { port, engine, service, metrics } = await start({
      classify: async (item, { signal }) => {
        await new Promise((resolve) => signal?.addEventListener('abort', resolve));
        return echo(item);
      },
    });
    const connection = await RawConnection.open(port);
    connection.send(post('Content-Length: 13\r\n', '{"text":"ab"}').repeat(5));
    while (engine.posts.length < 5) await pause(5);
    connection.socket.destroy();
    while (service.accepted > 0) await pause(5);
    expect(await metrics.registry.getSingleMetricAsString('moderation_body_bytes')).toContain(
      'moderation_body_bytes 0',
    );
    expect(server.logs().filter(({ aborted }) => aborted === true)).toHaveLength(5);
  });

  test('of HTTP/1.0 gets replies whose length is told', async () => {
    const { port } = await start();
    const raw = await exchange(port, 'GET /nowhere HTTP/1.0\r\n\r\n');
    const { head, status } = lastReply(raw);
    expect(status).toBe(404);
    expect(head).toMatch(/Content-Length: [1-9]/i);
  });

  test('is cut when garbage follows a request that is still computed, and nobody else notices', async () => {
    const cut = signalled();
    const { port, engine } = await start({
      classify: async (item) => {
        await cut.come;
        return echo(item);
      },
    });
    const connection = await RawConnection.open(port);
    connection.send(post('Content-Length: 13\r\n', '{"text":"ab"}'));
    while (engine.posts.length === 0) await pause(5);
    connection.send('garbage\r\n\r\n');
    expect(await connection.closed).toBe('');
    cut.give();
    expect((await server.post({ text: 'ab' })).status).toBe(200);
  });
});

describe('the surface', () => {
  test('tells nothing of the software', async () => {
    await start();
    const response = await server.post({ text: 'ab' });
    expect(Object.fromEntries(response.headers)).toEqual({
      'content-type': 'application/json',
      'content-length': expect.any(String),
      'x-content-type-options': 'nosniff',
      'x-request-id': expect.stringMatching(/^[\da-f-]{36}$/),
      date: expect.any(String),
      connection: 'keep-alive',
      'keep-alive': 'timeout=75',
    });
  });

  test.each([
    ['/ping', 'POST', 'GET, HEAD'],
    ['/invocations', 'GET', 'POST'],
    ['/metrics', 'DELETE', 'GET, HEAD'],
    ['/execution-parameters', 'PUT', 'GET, HEAD'],
  ])('%s answers %s with 405 and what it allows', async (path, method, allowed) => {
    await start();
    const response = await fetch(server.url + path, { method });
    expect(response.headers.get('allow')).toBe(allowed);
    expect(await errorOf(response)).toEqual(
      expect.objectContaining({ status: 405, code: 'method_not_allowed' }),
    );
  });

  test.each(['/', '/Ping', '/ping/x', '/%', '/invocations/../../etc/passwd%00', '/__proto__'])(
    '%s answers with 404',
    async (path) => {
      await start();
      const raw = await exchange(server.port, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      expect(lastReply(raw)).toEqual(expect.objectContaining({ status: 404, code: 'not_found' }));
    },
  );

  test('takes a well-formed request id from either header, and makes one otherwise', async () => {
    await start();
    const idFor = async (headers: Record<string, string>) =>
      (await fetch(`${server.url}/ping`, { headers })).headers.get('x-request-id');
    expect(await idFor({ 'x-request-id': 'r-1' })).toBe('r-1');
    expect(await idFor({ 'x-request-id': 'r-1', 'x-amzn-sagemaker-inference-id': 'i-2' })).toBe('i-2');
    for (const bad of ['', 'a b', 'x'.repeat(129), '<script>', '"']) {
      expect(await idFor({ 'x-request-id': bad })).toMatch(/^[\da-f]{8}-/);
    }
  });
});
