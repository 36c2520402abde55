import { afterEach, describe, expect, test } from '@jest/globals';
import { executionParametersFor } from '../../../container/routes/execution-parameters.js';
import { defaultLimits } from '../../../lib/contract/limits.js';
import { executionParametersSchema } from '../../../lib/contract/reply.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

let server: TestServer;
afterEach(() => server.close());

async function ping(method = 'GET'): Promise<{ status: number; body: string }> {
  const response = await fetch(`${server.url}/ping`, { method });
  return { status: response.status, body: await response.text() };
}

describe('GET /ping', () => {
  test('is 200 and empty only when the model answers', async () => {
    server = await startTestServer({ ready: false });
    expect(await ping()).toEqual({ status: 503, body: '{"status":"loading"}' });
    server.service.ready(server.engine);
    expect(await ping()).toEqual({ status: 200, body: '' });
    server.engine.status = 'degraded';
    expect(await ping()).toEqual({ status: 503, body: '{"status":"degraded"}' });
    server.engine.status = 'ready';
    expect(await ping()).toEqual({ status: 200, body: '' });
    server.engine.status = 'failed';
    expect(await ping()).toEqual({ status: 503, body: '{"status":"failed"}' });
    void server.service.drain();
    expect(await ping()).toEqual({ status: 503, body: '{"status":"draining"}' });
  });

  test('answers HEAD with the same status', async () => {
    server = await startTestServer({ ready: false });
    expect(await ping('HEAD')).toEqual({ status: 503, body: '' });
    server.service.ready(server.engine);
    expect(await ping('HEAD')).toEqual({ status: 200, body: '' });
  });

  test('says so when the model could not be loaded', async () => {
    server = await startTestServer({ ready: false });
    server.service.fail();
    expect(await ping()).toEqual({ status: 503, body: '{"status":"failed"}' });
  });
});

describe('GET /execution-parameters', () => {
  test('suits a batch transform', async () => {
    server = await startTestServer();
    const response = await fetch(`${server.url}/execution-parameters`);
    expect(executionParametersSchema.parse(await response.json())).toEqual({
      MaxConcurrentTransforms: 4,
      BatchStrategy: 'MULTI_RECORD',
      MaxPayloadInMB: 6,
    });
  });

  test.each([
    { maxQueuedTexts: 100_000, maxQueuedImages: 100_000 },
    { maxQueuedImages: 1 },
    { maxBodyBytes: 1024 },
    { maxBodyBytes: 100 * 1024 * 1024, maxQueuedTexts: 100_000, maxQueuedImages: 100_000 },
  ])('keeps to what SageMaker and the server allow with %j', async (overrides) => {
    server = await startTestServer();
    const parameters = executionParametersSchema.parse(executionParametersFor(defaultLimits(overrides)));
    expect(parameters.MaxConcurrentTransforms * parameters.MaxPayloadInMB).toBeLessThanOrEqual(100);
  });
});
