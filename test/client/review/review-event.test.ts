import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  imageFile,
  ModerationClientError,
  needsReview,
  type Outcome,
  type ReviewEvent,
  readReview,
  reviewEvent,
  TooLargeError,
  ValidationError,
} from '../../../lib/client/index.js';
import { MAX_EVENT_BYTES, reviewDetailSchema } from '../../../lib/contract/review-event.js';
import { temporaryFolder } from '../../checkpoint/support/temporary-folder.js';
import { servedPolicy } from '../../container/support/policies.js';
import { rejection, type Stack, startStack } from '../support/stack.js';

/** A text's length over 100 is its `red`: below 30 allowed, from 60 flagged, predicted from 40. */
const text = (length: number) => 'x'.repeat(length);
const OPTIONS = { endpointName: 'moderation' };

let stack: Stack;
let audited: Stack;
let lawless: Stack;
beforeAll(async () => {
  stack = await startStack({ policy: servedPolicy() });
  audited = await startStack({ policy: servedPolicy({ auditShare: 0.5 }), random: () => 0 });
  lawless = await startStack();
});
afterAll(() => Promise.all([stack.close(), audited.close(), lawless.close()]));

const detailOf = (event: ReviewEvent | undefined) =>
  reviewDetailSchema.strict().parse(JSON.parse(event?.Detail ?? ''));

async function outcomes(...posts: object[]): Promise<Outcome[]> {
  const all: Outcome[] = [];
  for await (const outcome of stack.client().classifyMany(posts)) all.push(outcome);
  return all;
}

describe('a review event', () => {
  test('is made of posts for review and of posts without an answer, and of no others', async () => {
    const all = await outcomes(
      { text: text(20) },
      { text: text(30) },
      { text: text(45) },
      { text: text(70) },
      { text: ' ' },
    );
    expect(all.map(needsReview)).toEqual([false, true, true, false, true]);
    const events = await Promise.all(all.map((outcome) => reviewEvent(outcome, OPTIONS)));
    expect(events.map((event) => event !== undefined)).toEqual([false, true, true, false, true]);
  });

  test('names the post, the reasons, the model and the policy, and holds no content', async () => {
    const [outcome] = await outcomes({ id: 'post-1', text: text(45) });
    const event = await reviewEvent(outcome as Outcome, OPTIONS);
    expect(event).toMatchObject({ Source: 'multimodal-moderation', DetailType: 'Moderation Review' });
    expect(event?.Detail).not.toContain('xx');
    expect(detailOf(event)).toEqual({
      version: 1,
      endpoint: 'moderation',
      judged_at: expect.stringMatching(/^\d{4}-.*Z$/),
      post: { id: 'post-1', index: 0 },
      request_id: expect.any(String),
      reasons: [{ why: 'class', class: 'red', probability: Math.fround(0.45), threshold: 0.4 }],
      decision: 'review',
      prediction: expect.objectContaining({ any_harmful: true, modalities_used: ['text'] }),
      thresholds: { red: 0.4, green: 0.25, blue: 0.9 },
      model: { name: 'a model of paper', pack: 'f'.repeat(64), precision: 'fp32' },
      policy: { name: 'paper policy', sha256: servedPolicy().sha256 },
    });
  });

  test('tells the review band, an audit and a missing answer apart', async () => {
    const band = await stack.client().classify({ text: text(35) });
    const audit = await audited.client().classify({ text: text(5) });
    const error = (await rejection(stack.client().classify({ id: 'e', text: ' ' }))) as ModerationClientError;
    const details = await Promise.all(
      [band, audit, error].map(async (judged) => detailOf(await reviewEvent(judged, OPTIONS))),
    );
    expect(details.map(({ reasons }) => reasons)).toEqual([
      [{ why: 'band' }],
      [{ why: 'audit' }],
      [{ why: 'unjudged', code: 'empty_item', retryable: false }],
    ]);
    expect(details[2]).toMatchObject({ post: { id: 'e' }, decision: null, prediction: null, model: null });
    expect(details[2]?.request_id).toEqual(expect.any(String));
  });

  test('keeps every digit of an id, and the place of the post', async () => {
    const id = '12345678901234567890123';
    const [, outcome] = await outcomes({ text: text(5) }, { id, text: text(45) });
    const event = await reviewEvent(outcome as Outcome, OPTIONS);
    expect(event?.Detail).toContain(`"id":"${id}"`);
    expect(detailOf(event).post).toEqual({ id, index: 1 });
    const single = await stack.client().classify({ text: text(45) });
    expect(detailOf(await reviewEvent(single, { ...OPTIONS, id, index: 7 })).post).toEqual({ id, index: 7 });
  });

  test('holds content where it is asked for, of a file too', async () => {
    const file = join(await temporaryFolder(), 'a.jpg');
    await writeFile(file, 'an image');
    const judged = await stack.client().classify({ text: text(45) });
    const both = { text: 'words', image: imageFile(file) };
    expect(detailOf(await reviewEvent(judged, { ...OPTIONS, includeContent: both })).content).toEqual({
      text: 'words',
      image_base64: Buffer.from('an image').toString('base64'),
    });
    const words = await reviewEvent(judged, { ...OPTIONS, includeContent: { text: 'words' } });
    expect(detailOf(words).content).toEqual({ text: 'words' });
  });

  test('that takes more than EventBridge lets through is an error that says what to leave out', async () => {
    const judged = await stack.client().classify({ text: text(45) });
    const error = (await rejection(
      reviewEvent(judged, { ...OPTIONS, includeContent: { image: Buffer.alloc(800_000) } }),
    )) as ModerationClientError;
    expect(error).toBeInstanceOf(TooLargeError);
    expect(error.code).toBe('event_too_large');
    expect(error.message).toMatch(
      /^The review event takes 10\d{5} bytes .* at most 1048576 travel\. Leave the image out/,
    );
    const small = { ...OPTIONS, maxEventBytes: 8192, includeContent: { text: 'é'.repeat(4000) } };
    expect(await rejection(reviewEvent(judged, small))).toMatchObject({ code: 'event_too_large' });
    expect(await reviewEvent(judged, { ...small, maxEventBytes: MAX_EVENT_BYTES })).toBeDefined();
  });

  test('cannot be made where no policy decides', async () => {
    const judged = await lawless.client().classify({ text: text(45) });
    const error = await rejection(reviewEvent(judged, OPTIONS));
    expect(error).toBeInstanceOf(ValidationError);
    expect(error).toMatchObject({
      code: 'invalid_option',
      message: expect.stringContaining('no policy is in force'),
    });
    expect(() => needsReview(judged)).toThrow(ValidationError);
  });

  test('needs the name of its endpoint', async () => {
    const judged = await stack.client().classify({ text: text(45) });
    expect(await rejection(reviewEvent(judged, { endpointName: '' }))).toMatchObject({
      code: 'invalid_option',
    });
  });
});

describe('a message of the queue', () => {
  const delivered = (detail: unknown, fields: object = {}) =>
    JSON.stringify({
      version: '0',
      id: 'event-1',
      'detail-type': 'Moderation Review',
      source: 'multimodal-moderation',
      time: '2026-03-01T09:00:00Z',
      detail,
      ...fields,
    });

  test('gives what was put on the bus, fields of later versions aside', async () => {
    const event = await reviewEvent(await stack.client().classify({ text: text(45) }), OPTIONS);
    const detail = detailOf(event);
    const { eventId, time, detail: read } = readReview(delivered({ ...detail, later: 1 }));
    expect({ eventId, time }).toEqual({ eventId: 'event-1', time: '2026-03-01T09:00:00Z' });
    expect(read).toEqual(detail);
  });

  test.each([
    ['broken JSON', '{'],
    ['an event of somebody else', delivered({}, { source: 'aws.ec2' })],
    ['another version', delivered({ version: 2 })],
    ['no object', '7'],
  ])('that is %s is refused', (_, body) => {
    expect(() => readReview(body)).toThrow(ModerationClientError);
    expect(() => readReview(body)).toThrow(/not a review event/);
  });
});
