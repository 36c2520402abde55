import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import type { RequestContext } from '../../../container/http/context.js';
import { EmbeddedMetrics } from '../../../container/telemetry/emf.js';
import { observeEngine, registerEngine } from '../../../container/telemetry/engine-metrics.js';
import { createLogger } from '../../../container/telemetry/logger.js';
import { ModerationError } from '../../../lib/contract/errors.js';
import { echo, FakeEngine } from '../support/fake-engine.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer({
    classify: (post) => {
      if (post.text === 'worker') throw new ModerationError('worker_failed', 'The worker crashed.');
      return echo(post);
    },
  });
});
afterEach(() => server.close());

async function scrape(): Promise<string> {
  const response = await fetch(`${server.url}/metrics`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  return response.text();
}

describe('GET /metrics', () => {
  test('counts requests by status, items by modality and errors by code', async () => {
    const image_base64 = Buffer.alloc(3).toString('base64');
    await server.post({
      instances: [{ text: 'ab' }, { image_base64 }, { text: 'ab', image_base64 }, { text: 'worker' }, {}],
    });
    await server.post('{');
    await fetch(`${server.url}/elsewhere`);
    const text = await scrape();
    expect(text).toContain('moderation_requests_total{route="/invocations",status="200"} 1');
    expect(text).toContain('moderation_requests_total{route="/invocations",status="400"} 1');
    expect(text).toContain('moderation_requests_total{route="unknown",status="404"} 1');
    expect(text).toContain('moderation_items_total{modality="text"} 1');
    expect(text).toContain('moderation_items_total{modality="image"} 1');
    expect(text).toContain('moderation_items_total{modality="text+image"} 1');
    expect(text).toContain('moderation_errors_total{code="worker_failed"} 1');
    expect(text).toContain('moderation_errors_total{code="empty_item"} 1');
    expect(text).toContain('moderation_errors_total{code="invalid_json"} 1');
    expect(text).toContain('moderation_request_seconds_count{route="/invocations"} 2');
    expect(text).toContain('moderation_ready 1');
  });

  test('tells what the engine observes and holds', async () => {
    const registry = new Registry();
    const observer = observeEngine(registry);
    registerEngine(registry, new FakeEngine());
    observer.batch?.({
      stage: 'encode_text',
      items: 3,
      cost: 60,
      waitMs: [1, 2, 30],
      runMs: 12,
      outcome: 'ok',
    });
    observer.cache?.({ modality: 'image', outcome: 'hit' });
    observer.dropped?.({ stage: 'encode_image' });
    observer.worker?.({ worker: 'encode_text', change: 'lost', reason: 'exit' });
    const text = await registry.metrics();
    expect(text).toContain('moderation_batch_items_sum{stage="encode_text"} 3');
    expect(text).toContain('moderation_queue_wait_seconds_count{stage="encode_text"} 3');
    expect(text).toContain('moderation_stage_seconds_bucket{le="0.025",stage="encode_text"} 1');
    expect(text).toContain('moderation_batches_total{stage="encode_text",outcome="ok"} 1');
    expect(text).toContain('moderation_cache_total{modality="image",outcome="hit"} 1');
    expect(text).toContain('moderation_dropped_total{stage="encode_image"} 1');
    expect(text).toContain('moderation_workers_total{change="lost"} 1');
    expect(text).toContain('moderation_lane_places{lane="text",state="capacity"} 512');
    expect(text).toContain('moderation_queue_items{stage="classify",state="queued"} 0');
    expect(text).toContain('moderation_cache_items 3');
    expect(text).toMatch(
      /moderation_model_info\{name="a model of paper",pack="f{64}",precision="fp32",demonstration="true",device="cpu"\} 1/,
    );
  });
});

describe('embedded metrics', () => {
  test('are one line for many invocations, in the form that CloudWatch reads', async () => {
    await server.post({ instances: [{ text: 'ab' }, {}] });
    await server.post('{');
    await fetch(`${server.url}/ping`);
    server.flushEmbedded();
    server.flushEmbedded();
    const lines = server.logs().filter((line) => '_aws' in line);
    expect(lines).toEqual([
      expect.objectContaining({
        Latency: [expect.any(Number), expect.any(Number)],
        Items: 2,
        Errors: 2,
        Refused: 0,
        _aws: {
          Timestamp: expect.any(Number),
          CloudWatchMetrics: [
            expect.objectContaining({
              Namespace: 'MultimodalModeration',
              Dimensions: [[]],
              Metrics: expect.any(Array),
            }),
          ],
        },
      }),
    ]);
  });

  test('are written after a hundred invocations without waiting', async () => {
    for (let sent = 0; sent < 100; sent += 1) await server.post('{');
    const lines = server.logs().filter((line) => '_aws' in line);
    expect(lines).toHaveLength(1);
    expect(lines[0]?.['Latency']).toHaveLength(100);
  });

  test('carry the name of the endpoint, where it is known, beside the totals of all endpoints', () => {
    const lines: string[] = [];
    const logger = createLogger('error', { write: (line: string) => void lines.push(line) });
    const embedded = new EmbeddedMetrics(logger, 'my-endpoint');
    const context = { ...contextOf(), items: 3 };
    embedded.request({ route: '/invocations', status: 429, aborted: false, context });
    embedded.flush();
    expect(JSON.parse(lines.join(''))).toMatchObject({
      EndpointName: 'my-endpoint',
      Refused: 1,
      Items: 3,
      _aws: { CloudWatchMetrics: [{ Dimensions: [['EndpointName'], []] }] },
    });
  });
});

function contextOf(): RequestContext {
  const { signal } = new AbortController();
  const startedAt = performance.now();
  return {
    id: 'a',
    startedAt,
    signal,
    bytes: 0,
    items: 0,
    codes: new Map(),
    answers: new Map(),
    decisions: new Map(),
    audits: 0,
    unseen: new Map(),
  };
}
