import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ChildServer } from '../container/support/child-server.js';
import { exchange } from '../container/support/raw-http.js';
import { startPlayground } from './support/start-playground.js';

type Playground = Awaited<ReturnType<typeof startPlayground>>;

describe('the playground, served', () => {
  let playground: Playground;
  beforeAll(async () => {
    playground = await startPlayground();
  });
  afterAll(() => playground?.close());

  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${playground.url}${path}`, { headers });

  test('is a page that may load its own files only, and that nobody may frame', async () => {
    const response = await get('/');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; " +
        "form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
    );
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    const html = await response.text();
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=/);
    expect(html).not.toMatch(/https?:/);
  });

  test('keeps nothing in the browser', async () => {
    const main = await (await get('/playground/main.js')).text();
    expect(main).toContain('fetchInfo');
    const response = await get('/playground/info');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('set-cookie')).toBeNull();
    expect(await response.json()).toEqual({
      status: 'ready',
      model: expect.objectContaining({ demonstration: true, device: 'cpu' }),
      limits: expect.objectContaining({ maxItems: 128 }),
    });
  });

  test('answers 304 to who has the file already', async () => {
    const tag = (await get('/playground/base.css')).headers.get('etag') ?? '';
    expect((await get('/playground/base.css', { 'if-none-match': tag })).status).toBe(304);
  });

  test.each([
    '/playground',
    '/playground/',
    '/playground/index.ts',
    '/playground/../app.js',
    '/playground/%2e%2e/app.js',
  ])('has nothing at %s', async (path) => {
    const answer = await exchange(
      playground.port,
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
  });

  describe('answers no other site', () => {
    const ask = async (host: string, headers: readonly string[] = [], method = 'GET', path = '/metrics') => {
      const lines = [`${method} ${path} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...headers];
      const [status = ''] = (await exchange(playground.port, `${lines.join('\r\n')}\r\n\r\n`)).split('\r\n');
      return Number(status.split(' ')[1]);
    };

    test('under a name of its own that leads here', async () => {
      expect(await ask('rebound.example')).toBe(403);
      expect(await ask(`rebound.example:${playground.port}`, [], 'POST', '/invocations')).toBe(403);
      expect(await ask('127.0.0.1.rebound.example')).toBe(403);
      for (const host of ['localhost', '127.0.0.1', '[::1]', `LOCALHOST:${playground.port}`]) {
        expect(await ask(host)).toBe(200);
      }
    });

    test('that posts a form, which browsers send without asking', async () => {
      const form = ['Content-Type: multipart/form-data; boundary=x', 'Content-Length: 0'];
      expect(await ask('localhost', [...form, 'Origin: http://other.example'], 'POST', '/invocations')).toBe(
        403,
      );
      expect(await ask('localhost', [...form, 'Origin: null'], 'POST', '/invocations')).toBe(403);
      expect(await ask('localhost', [...form, 'Sec-Fetch-Site: cross-site'], 'POST', '/invocations')).toBe(
        403,
      );
      expect(await ask('localhost', ['Sec-Fetch-Site: same-site'])).toBe(403);
      expect(await ask('localhost', ['Sec-Fetch-Site: same-origin', 'Origin: http://localhost'])).toBe(200);
    });

    test('but lets people follow a link to it', async () => {
      const navigation = [
        'Sec-Fetch-Site: cross-site',
        'Sec-Fetch-Mode: navigate',
        'Sec-Fetch-Dest: document',
      ];
      expect(await ask('localhost', navigation, 'GET', '/')).toBe(200);
      expect(await ask('localhost', [...navigation.slice(0, 2), 'Sec-Fetch-Dest: iframe'], 'GET', '/')).toBe(
        403,
      );
    });
  });
});

describe('moderate serve', () => {
  const serve = ['dist/bin/moderate.js', 'serve', '--model', 'models/demo'];

  async function statusOfPage(
    environment: Record<string, string>,
    options: readonly string[],
  ): Promise<number> {
    const child = new ChildServer(environment, [...serve, ...options]);
    try {
      return (await fetch(`${(await child.url()).replace('0.0.0.0', '127.0.0.1')}/`)).status;
    } finally {
      await child.dispose();
    }
  }

  test('serves it on loopback, at the address that it logs', async () => {
    const child = new ChildServer({}, serve);
    try {
      const { playground } = await child.line('listening');
      expect(playground).toBe(`${await child.url()}/`);
      expect((await fetch(String(playground))).status).toBe(200);
    } finally {
      await child.dispose();
    }
  });

  test('leaves it out where it is told to', async () => {
    expect(await statusOfPage({}, ['--no-playground'])).toBe(404);
  });

  test('leaves it out as SageMaker and the image start it', async () => {
    expect(await statusOfPage({ MODERATION_HOST: '0.0.0.0' }, [])).toBe(404);
  });
});
