import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { ChildServer } from './support/child-server.js';
import { RawConnection } from './support/raw-http.js';

let child: ChildServer;
afterEach(() => child.dispose());

function start(environment: Record<string, string> = {}): ChildServer {
  child = new ChildServer(environment);
  return child;
}

describe('starting', () => {
  test('listens before the model is there, on loopback, and says what it serves when it is', async () => {
    start();
    const ready = await child.line('ready');
    expect(await child.url()).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(ready).toEqual(
      expect.objectContaining({
        model: expect.objectContaining({ name: 'a model of paper', demonstration: true }),
        device: { requested: 'auto', used: 'cpu', reason: 'A test asked.' },
      }),
    );
    expect((await fetch(`${await child.url()}/ping`)).status).toBe(200);
    expect(await (await fetch(`${await child.url()}/metrics`)).text()).toContain(
      'process_resident_memory_bytes',
    );
  });

  test('answers 503 while the model loads, and stops then without waiting for it', async () => {
    start({ FAKE_LOAD: 'slow' });
    const ping = await fetch(`${await child.url()}/ping`);
    expect([ping.status, await ping.json()]).toEqual([503, { status: 'loading' }]);
    expect((await child.post('ab')).status).toBe(503);
    child.signal('SIGTERM');
    expect(await child.exit).toBe(0);
    expect(child.stderr).toBe('disposed\n');
  });

  test('takes the port that SageMaker assigns', async () => {
    // A port that was free a moment ago may be another's by now.
    for (let tries = 0; ; tries += 1) {
      const port = await freePort();
      start({ SAGEMAKER_BIND_TO_PORT: String(port), MODERATION_PORT: '1' });
      const url = await child.url().catch((error: Error) => {
        if (tries > 10 || !error.message.includes('EADDRINUSE')) throw error;
        return undefined;
      });
      if (url === undefined) continue;
      expect(url).toBe(`http://127.0.0.1:${port}`);
      return;
    }
  });

  test.each<[string, Record<string, string>, string, RegExp]>([
    ['the model is missing', { FAKE_LOAD: 'fail' }, 'pack_invalid', /^\/a\/model holds no pack\.$/],
    ['loading meets a defect', { FAKE_LOAD: 'throw' }, 'internal', /^no such tensor$/],
    [
      'the configuration is wrong, all of it told at once',
      { MODERATION_PORT: 'http', MODERATION_DEVICE: 'tpu', MODERATION_MAX_ITEMS: '0' },
      'invalid_configuration',
      /MODERATION_PORT is "http"; expected[\s\S]*MODERATION_DEVICE is "tpu"[\s\S]*MODERATION_MAX_ITEMS is "0"/,
    ],
    [
      'the address cannot be had',
      { MODERATION_HOST: '192.0.2.1' },
      'invalid_configuration',
      /^Cannot listen on 192\.0\.2\.1:0/,
    ],
  ])('ends with one fatal line and exit code 1 when %s', async (_, environment, code, message) => {
    start(environment);
    expect(await child.exit).toBe(1);
    const fatal = child.logs.filter(({ level }) => level === 'fatal');
    expect(fatal).toEqual([expect.objectContaining({ code, message: expect.stringMatching(message) })]);
  });

  test('ends when the port is taken', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    try {
      start({ MODERATION_PORT: String((taken.address() as AddressInfo).port) });
      expect(await child.exit).toBe(1);
      expect(child.logs.at(-1)).toHaveProperty('message', expect.stringMatching(/EADDRINUSE/));
    } finally {
      taken.close();
    }
  });
});

describe('stopping', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    'on %s finishes what was accepted and refuses the rest',
    async (signal) => {
      start();
      await child.line('ready');
      const accepted = [child.post('hold'), child.post('hold')];
      await child.taking(2);
      child.signal(signal);
      await child.line('draining');
      const ping = await fetch(`${await child.url()}/ping`);
      expect([ping.status, await ping.json()]).toEqual([503, { status: 'draining' }]);
      const refused = await child.post('ab');
      expect([refused.status, refused.headers.get('connection')]).toEqual([503, 'close']);
      expect(await refused.json()).toHaveProperty('error.code', 'shutting_down');
      child.release();
      for (const response of await Promise.all(accepted)) {
        expect(response.headers.get('connection')).toBe('close');
        expect(await response.json()).toHaveProperty('predictions.0.modalities_used', ['text']);
      }
      expect(await child.exit).toBe(0);
      expect(child.logs.at(-1)).toHaveProperty('message', 'stopped');
      expect(child.stderr).toBe('disposed\n');
    },
  );

  test('does not wait for idle connections', async () => {
    start();
    await child.line('ready');
    // This end never closes it.
    const idle = await RawConnection.open(Number(new URL(await child.url()).port));
    await idle.send('GET /ping HTTP/1.1\r\nHost: x\r\n\r\n').until(/^HTTP\/1\.1 200/);
    child.signal('SIGTERM');
    expect(await child.exit).toBe(0);
    expect(child.logs.at(-1)).toHaveProperty('message', 'stopped');
    await idle.closed;
  });

  test('tells what it could not finish in time: to the caller, in the log and by the exit code', async () => {
    start({ MODERATION_DRAIN_TIMEOUT_MS: '300' });
    await child.line('ready');
    const accepted = child.post('hang');
    await child.taking(1);
    child.signal('SIGTERM');
    expect(await (await accepted).json()).toHaveProperty('predictions.0.error.code', 'shutting_down');
    expect(await child.exit).toBe(1);
    expect(child.logs.at(-1)).toEqual(expect.objectContaining({ level: 'error', unfinished: 1 }));
  });

  test('is immediate at the second signal', async () => {
    start();
    await child.line('ready');
    const accepted = child.post('hang').catch(() => 'gone');
    await child.taking(1);
    child.signal('SIGINT');
    await child.line('draining');
    child.signal('SIGINT');
    expect(await child.exit).toBe(1);
    expect(await accepted).toBe('gone');
  });

  test('follows when the engine is lost for good', async () => {
    start();
    await child.line('ready');
    await child.post('lost');
    expect(await child.exit).toBe(1);
    expect(child.logs.find(({ level }) => level === 'fatal')).toEqual(
      expect.objectContaining({ code: 'worker_failed', message: 'A worker cannot be replaced.' }),
    );
  });

  test('follows when an exception is nobody’s, and its message, which may quote a post, is not told', async () => {
    start();
    await child.line('ready');
    await child.post('crash zanzibarmark');
    expect(await child.exit).toBe(1);
    expect(child.logs.find(({ level }) => level === 'fatal')).toEqual(
      expect.objectContaining({ code: 'internal', trace: expect.objectContaining({ name: 'SyntaxError' }) }),
    );
    expect(child.rawLog + child.stderr).not.toContain('zanzibarmark');
  });
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
