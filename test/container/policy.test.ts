import { afterEach, describe, expect, test } from '@jest/globals';
import { ModerationClient } from '../../lib/client/moderation-client.js';
import { type InvocationReply, isItemError, type Prediction, replySchema } from '../../lib/contract/reply.js';
import { answer, echo } from './support/fake-engine.js';
import { CLASS_RULE, servedPolicy } from './support/policies.js';
import { startTestServer, type TestServer, type TestServerOptions } from './support/test-server.js';

let server: TestServer;
afterEach(() => server.close());

async function start(fields: object = {}, options: TestServerOptions = {}): Promise<TestServer> {
  server = await startTestServer({ policy: servedPolicy(fields), ...options });
  return server;
}

const text = (red: number) => ({ text: 'x'.repeat(Math.round(red * 100)) });
const image = (bytes: number) => ({ image_base64: Buffer.alloc(bytes, 1).toString('base64') });

function predictionsOf(reply: InvocationReply): Prediction[] {
  return replySchema.parse(reply).predictions.map((slot) => {
    if (isItemError(slot)) throw new Error(slot.error.code);
    return slot;
  });
}

const decisionsOf = (reply: InvocationReply) => predictionsOf(reply).map(({ decision }) => decision);

describe('a policy', () => {
  test('allows below the band, sends to review inside it, flags above it, by the strictest class', async () => {
    await start();
    const reply = await server.classify({
      instances: [text(0.29), text(0.3), text(0.45), text(0.6), { ...text(0.1), ...image(30) }],
    });
    expect(decisionsOf(reply)).toEqual(['allow', 'review', 'review', 'flag', 'flag']);
    const [allowed, below, inside] = predictionsOf(reply);
    expect([allowed?.any_harmful, below?.any_harmful, inside?.any_harmful]).toEqual([false, false, true]);
  });

  test('without an upper bound flags nothing', async () => {
    await start({
      classes: { red: CLASS_RULE(0.4, 0.3, null), green: CLASS_RULE(1, 1, null), blue: CLASS_RULE(1, 1, 1) },
    });
    expect(decisionsOf(await server.classify({ instances: [text(0.99), text(0.2)] }))).toEqual([
      'review',
      'allow',
    ]);
  });

  test('is named in the reply, with the thresholds of each combination', async () => {
    const image = {
      red: CLASS_RULE(0.1, 0.1, 0.1),
      green: CLASS_RULE(0.2, 0.1, 0.3),
      blue: CLASS_RULE(1, 1, 1),
    };
    await start({ byModality: { image } });
    const reply = await server.classify({ instances: [text(0.2), { image_base64: 'AAAA'.repeat(7) }] });
    const own = { red: 0.4, green: 0.25, blue: 0.9 };
    expect(reply.thresholds).toEqual(own);
    expect(reply.policy).toEqual({
      name: 'paper policy',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      thresholds: { text: own, image: { red: 0.1, green: 0.2, blue: 1 }, 'text+image': own },
    });
    // 21 bytes: green is 0.21, which the threshold of images predicts and that of texts would not.
    const [, second] = predictionsOf(reply);
    expect(second).toMatchObject({ class_predictions: { green: true }, decision: 'review' });
  });

  test('adds calibrated probabilities, on which nothing rests', async () => {
    await start({ temperatures: { red: 2, green: 1, blue: 0.5 } });
    const [prediction] = predictionsOf(await server.classify(text(0.2)));
    const logit = (p: number) => Math.log(p / (1 - p));
    const scaled = 1 / (1 + Math.exp(-logit(Math.fround(0.2)) / 2));
    expect(prediction?.calibrated_probabilities?.['red']).toBeCloseTo(scaled, 12);
    expect(prediction?.calibrated_probabilities?.['blue']).toBe(0.5);
    expect(prediction?.calibrated_probabilities?.['green']).toBeLessThan(1e-30);
    expect(prediction?.decision).toBe('allow');
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, -0.1, undefined])(
    'never allows a post whose probability is %p',
    async (value) => {
      const classify = () => answer(value === undefined ? [0.1, 0.1] : [0.1, value, 0.1]);
      await start({ auditShare: 1 }, { classify });
      const { predictions } = await server.classify(text(0.1));
      expect(predictions).toEqual([{ error: expect.objectContaining({ code: 'output_invalid' }) }]);
    },
  );

  test('decides in every form of request', async () => {
    await start();
    const form = new FormData();
    form.append('text', 'x'.repeat(70));
    const inForm = (await (await server.post(form, {})).json()) as InvocationReply;
    const bare = await server.post(new Uint8Array(30), { 'content-type': 'image/png' });
    const lines = await server.post(`${JSON.stringify(text(0.2))}\n${JSON.stringify(text(0.5))}`, {
      'content-type': 'application/jsonlines',
    });
    const slots = (await lines.text()).split('\n').map((line) => JSON.parse(line));
    expect(decisionsOf(inForm)).toEqual(['flag']);
    expect(decisionsOf((await bare.json()) as InvocationReply)).toEqual(['flag']);
    expect(slots.map(({ decision, policy }) => [decision, policy])).toEqual([
      ['allow', undefined],
      ['review', undefined],
    ]);
  });
});

test('without a policy a reply has none of its fields', async () => {
  server = await startTestServer();
  const reply = await server.classify(text(0.9));
  expect(reply).not.toHaveProperty('policy');
  expect(Object.keys(reply.predictions[0] ?? {})).toEqual([
    'class_predictions',
    'probabilities',
    'any_harmful',
    'modalities_used',
    'text_truncated',
    'unseen',
  ]);
  expect(await (await fetch(`${server.url}/metrics`)).text()).not.toContain('moderation_policy_info');
});

describe('thresholds of a request', () => {
  test('never make a decision more lenient', async () => {
    await start();
    const parameters = { thresholds: { red: 1, green: 1, blue: 1 } };
    const reply = await server.classify({ instances: [text(0.3), text(0.6), image(30)], parameters });
    expect(decisionsOf(reply)).toEqual(['review', 'flag', 'flag']);
    expect(predictionsOf(reply).map(({ any_harmful: harmful }) => harmful)).toEqual([false, false, false]);
    expect(reply.policy?.thresholds['text+image']).toEqual(parameters.thresholds);
  });

  test('that predict a class which the policy allows send the post to review, never to an audit', async () => {
    await start({ auditShare: 1 });
    const reply = await server.classify({
      instances: [text(0.1)],
      parameters: { thresholds: { red: 0.05 } },
    });
    expect(predictionsOf(reply)[0]).toMatchObject({ any_harmful: true, decision: 'review' });
    expect(reply.predictions[0]).not.toHaveProperty('audit');
  });

  test('for a class that the model lacks are refused', async () => {
    await start();
    const response = await server.post({ ...text(0.1), parameters: { thresholds: { pink: 0.1 } } });
    expect(response.status).toBe(400);
  });
});

describe('the audit', () => {
  test('draws allowed posts alone, below the share', async () => {
    const draws = [0.0999, 0.1, 0.5];
    await start({ auditShare: 0.1 }, { random: () => draws.shift() ?? Number.NaN });
    const reply = await server.classify({
      instances: [text(0.1), text(0.35), text(0.1), text(0.7), text(0.1)],
    });
    expect(predictionsOf(reply).map(({ decision, audit }) => [decision, audit])).toEqual([
      ['review', true],
      ['review', undefined],
      ['allow', undefined],
      ['flag', undefined],
      ['allow', undefined],
    ]);
    expect(draws).toEqual([]);
  });

  test('of everything, by the default randomness, leaves nothing allowed', async () => {
    await start({ auditShare: 1 });
    const reply = await server.classify({ instances: Array.from({ length: 8 }, () => text(0.1)) });
    expect(predictionsOf(reply).every(({ decision, audit }) => decision === 'review' && audit)).toBe(true);
  });
});

describe('what is told of decisions', () => {
  test('metrics count them; the access log has none', async () => {
    await start({ auditShare: 0.5 }, { random: () => 0.4 });
    await server.post({ instances: [text(0.1), text(0.35), text(0.7), text(0.7), {}] });
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain('moderation_decisions_total{decision="allow"} 0');
    expect(metrics).toContain('moderation_decisions_total{decision="review"} 2');
    expect(metrics).toContain('moderation_decisions_total{decision="flag"} 2');
    expect(metrics).toContain('moderation_audits_total 1');
    expect(metrics).toMatch(/moderation_policy_info\{name="paper policy",sha256="[0-9a-f]{64}"\} 1/);
    const [line] = server
      .logs()
      .filter(({ message, path }) => message === 'request' && path === '/invocations');
    expect(JSON.stringify(line)).not.toMatch(/allow|review|flag|audit/);
  });

  test('embedded metrics count them where a policy decides', async () => {
    await start();
    await server.post({ instances: [text(0.1), text(0.7)] });
    server.flushEmbedded();
    const [line] = server.logs().filter((each) => '_aws' in each);
    expect(line).toMatchObject({ Allowed: 1, InReview: 0, Flagged: 1 });
    expect(JSON.stringify(line?.['_aws'])).toContain('"Name":"InReview"');
  });
});

test('the client gives decision, audit and policy', async () => {
  const classes = { red: CLASS_RULE(0.1, 0.1, 0.1), green: CLASS_RULE(1, 1, 1), blue: CLASS_RULE(1, 1, 1) };
  await start({ auditShare: 1, byModality: { image: classes } }, { classify: echo });
  const client = new ModerationClient({ url: server.url });
  const outcomes = [];
  const posts = [text(0.1), text(0.7), { image: Buffer.alloc(40, 1) }];
  for await (const outcome of client.classifyMany(posts)) outcomes.push(outcome);
  client.close();
  expect(outcomes.map((each) => each.ok && [each.prediction.decision, each.prediction.audit])).toEqual([
    ['review', true],
    ['flag', undefined],
    ['review', true],
  ]);
  expect(outcomes[0]).toMatchObject({
    policy: { name: 'paper policy', thresholds: { image: { red: 0.1 } } },
  });
});
