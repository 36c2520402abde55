import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { echo } from '../support/fake-engine.js';
import { exchange } from '../support/raw-http.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

const MARK = 'zanzibarmark';
const IMAGE = Buffer.from(`${MARK}-bytes-of-an-image`);

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    limits: { maxTextChars: 500, maxItems: 4 },
    classify: (post) => {
      if (post.text?.includes('defect')) throw new Error(`cannot read ${post.text}`);
      return echo(post);
    },
  });
  await sendEverything();
});
afterAll(() => server.close());

/** The mark in every place a caller can put it, in requests that succeed and in requests that fail. */
async function sendEverything(): Promise<void> {
  const image = IMAGE.toString('base64');
  const bodies: unknown[] = [
    { text: MARK, id: MARK, image_base64: image },
    {
      instances: [
        { text: `${MARK} defect` },
        { text: MARK.repeat(100) },
        { [MARK]: MARK },
        { image_url: MARK },
      ],
    },
    { instances: [{ image_base64: `${MARK} !` }, { image_base64: `data:${MARK}` }] },
    { [MARK]: 1, instances: [] },
    { text: 'a', parameters: { [MARK]: MARK } },
    { text: 'a', parameters: { thresholds: { [MARK]: 0.5 } } },
    `{"text":"${MARK}"`,
    `"${MARK}"`,
  ];
  for (const body of bodies) await server.post(body);
  await server.post(`{"text":"${MARK}"}\n${MARK}`, { 'content-type': 'application/jsonlines' });
  await server.post(IMAGE, { 'content-type': 'image/png' });
  await server.post(MARK, { 'content-type': `text/${MARK}` });
  await server.post('{"text":"a"}', {
    'content-type': 'application/json',
    accept: `text/${MARK}`,
    cookie: MARK,
  });
  const form = new FormData();
  form.append('text', MARK);
  form.append('image', new Blob([IMAGE]), `${MARK}.png`);
  form.append(MARK, MARK);
  await server.post(form, {});
  await fetch(`${server.url}/${MARK}?text=${MARK}`, { headers: { 'x-request-id': `bad ${MARK}` } });
  await exchange(server.port, `${MARK}\r\n\r\n`);
  server.flushEmbedded();
}

describe('the log', () => {
  test('holds nothing of what callers send, whether it succeeds or fails', () => {
    const log = server.rawLog();
    expect(log).toContain('"message":"request"');
    expect(log).toContain('"message":"defect"');
    expect(log).toContain('_aws');
    expect(log.toLowerCase()).not.toContain(MARK);
    expect(log).not.toContain(IMAGE.toString('base64').slice(0, 12));
  });

  test('holds no score', () => {
    for (const line of server.logs()) {
      expect(line).not.toHaveProperty('probabilities');
      expect(JSON.stringify(line)).not.toContain(String(Math.fround(MARK.length / 100)));
    }
  });

  test('has one line for each request, with what was done and how it ended', () => {
    const lines = server.logs().filter(({ message }) => message === 'request');
    expect(lines).toHaveLength(14);
    for (const line of lines) {
      expect(line).toEqual({
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        message: 'request',
        request_id: expect.stringMatching(/^[\da-f-]{36}$/),
        method: expect.stringMatching(/^(?:GET|POST)$/),
        path: expect.stringMatching(/^(?:\/invocations|unknown)$/),
        status: expect.any(Number),
        ms: expect.any(Number),
        ...('items' in line && { items: expect.any(Number) }),
        ...('bytes' in line && { bytes: expect.any(Number) }),
        ...('errors' in line && { errors: expect.any(Object) }),
      });
    }
    expect(lines[1]).toEqual(
      expect.objectContaining({
        status: 200,
        items: 4,
        errors: { internal: 1, text_too_long: 1, invalid_item: 1, image_url_unsupported: 1 },
      }),
    );
  });

  test('nor do the metrics', async () => {
    expect((await server.metrics.registry.metrics()).toLowerCase()).not.toContain(MARK);
  });
});
