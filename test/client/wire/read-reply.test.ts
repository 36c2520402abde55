import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Item } from '../../../lib/client/wire/item.js';
import { type Question, readReply } from '../../../lib/client/wire/read-reply.js';

const item = (fields: Partial<Item> = {}): Item => ({
  index: 0,
  id: undefined,
  bytes: new Uint8Array(),
  hasText: true,
  hasImage: false,
  attempts: 1,
  retries: 0,
  ...fields,
});

const prediction = (fields: object = {}) => ({
  class_predictions: { red: true, green: false },
  probabilities: { red: 0.7, green: 0.2 },
  any_harmful: true,
  modalities_used: ['text'],
  text_truncated: false,
  ...fields,
});

const reply = (predictions: unknown, fields: object = {}) => ({
  predictions,
  model: { name: 'm', pack: 'p', precision: 'fp32', demonstration: true },
  thresholds: { red: 0.5, green: 0.5 },
  request_id: 'r-1',
  ...fields,
});

const read = (document: unknown, question: Partial<Question> = {}) => {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  return readReply(Buffer.from(text), { items: [item()], parameters: {}, requestId: 'sent', ...question });
};

const slotOf = (slot: unknown, asked: Partial<Item> = {}) => {
  const result = read(reply([slot]), { items: [item(asked)] });
  if (!result.ok) throw new Error(result.message);
  return result.slots[0];
};

test('a reply that keeps the contract gives its predictions', () => {
  expect(slotOf(prediction())).toEqual({ ok: true, prediction: prediction() });
});

describe('an answer that cannot be trusted as a whole is no answer:', () => {
  test.each<[string, unknown]>([
    ['no JSON', '<html>'],
    ['nothing', ''],
    ['JSON with NaN, as Python writes it', JSON.stringify(reply([prediction()])).replace('0.7', 'NaN')],
    ['half a document', JSON.stringify(reply([prediction()])).slice(0, 90)],
    ['no object', []],
    ['no predictions', reply(undefined)],
    ['too few slots', reply([])],
    ['too many slots', reply([prediction(), prediction()])],
    ['no model', reply([prediction()], { model: undefined })],
    ['no thresholds', reply([prediction()], { thresholds: undefined })],
    ['an error under 200', { error: { code: 'internal', message: '', retryable: false }, request_id: 'r' }],
  ])('%s', (_, document) => {
    expect(read(document)).toMatchObject({ ok: false, code: 'reply_invalid', retryable: false });
  });

  test('other thresholds than were asked for', () => {
    const parameters = { thresholds: { red: 0.1 } };
    expect(read(reply([prediction()]), { parameters })).toMatchObject({ code: 'reply_invalid' });
    const thresholds = { red: 0.1, green: 0.5 };
    expect(read(reply([prediction()], { thresholds }), { parameters }).ok).toBe(true);
  });

  test('bytes that are no UTF-8', () => {
    const body = Buffer.concat([Buffer.from('{"predictions":["'), Buffer.of(0xff), Buffer.from('"]}')]);
    expect(readReply(body, { items: [item()], parameters: {}, requestId: 'sent' })).toMatchObject({
      code: 'reply_invalid',
      requestId: 'sent',
    });
  });
});

describe('a slot that is no prediction of its post is an error:', () => {
  test.each<[string, unknown, Partial<Item>?]>([
    ['null', null],
    ['an empty object', {}],
    ['a missing any_harmful', prediction({ any_harmful: undefined })],
    ['any_harmful that is null', prediction({ any_harmful: null })],
    ['a probability that is null', prediction({ probabilities: { red: null, green: 0.2 } })],
    ['a probability as a string', prediction({ probabilities: { red: '0.7', green: 0.2 } })],
    ['a probability beyond 1', prediction({ probabilities: { red: 1.01, green: 0.2 } })],
    ['no classes', prediction({ class_predictions: {}, probabilities: {}, any_harmful: false })],
    ['a class too few', prediction({ class_predictions: { red: true }, probabilities: { red: 0.7 } })],
    ['a class without probability', prediction({ probabilities: { red: 0.7, blue: 0.2 } })],
    ['any_harmful against its classes', prediction({ any_harmful: false })],
    ['a class against its probability', prediction({ probabilities: { red: 0.4, green: 0.2 } })],
    ['no modality', prediction({ modalities_used: [] })],
    ['an image that was not looked at', prediction(), { hasImage: true }],
    ['an image where there is none', prediction({ modalities_used: ['text', 'image'] })],
    ['a text that was not read', prediction({ modalities_used: ['image'] }), { hasImage: true }],
    ['a text where there is none', prediction(), { hasText: false }],
    ['the id of another post', prediction({ id: 'b' }), { id: 'a' }],
    ['no id for a post with one', prediction(), { id: 'a' }],
    ['an id for a post without one', prediction({ id: 'a' })],
    ['an error that is none of the contract', { error: 'no' }],
    [
      'an error beside a prediction',
      prediction({ error: { code: 'internal', message: '', retryable: false } }),
    ],
    [
      'an error with the id of another post',
      { id: 'b', error: { code: 'internal', message: '', retryable: false } },
    ],
  ])('%s', (_, slot, asked = {}) => {
    expect(slotOf(slot, asked)).toMatchObject({ ok: false });
  });

  test('a text of punctuation may count as blank or not', () => {
    const asked = { hasText: undefined, hasImage: true };
    expect(slotOf(prediction({ modalities_used: ['image'] }), asked)?.ok).toBe(true);
    expect(slotOf(prediction({ modalities_used: ['text', 'image'] }), asked)?.ok).toBe(true);
  });

  test('it costs its own place only', () => {
    const items = [item({ index: 0 }), item({ index: 1 }), item({ index: 2 })];
    const result = read(reply([prediction(), { nothing: true }, prediction()]), { items });
    expect(result.ok && result.slots.map(({ ok }) => ok)).toEqual([true, false, true]);
  });

  test('the message names the place, never the value', () => {
    expect(slotOf(prediction({ probabilities: { red: 'secret', green: 0.2 } }))).toMatchObject({
      message: 'The slot breaks the contract at probabilities.red.',
    });
  });
});

test('an error slot keeps its code, and its hint', () => {
  const error = { code: 'worker_failed', message: 'It crashed.', retryable: false, retry_after_ms: 40 };
  // Whether a known code is retryable is decided here.
  expect(slotOf({ error })).toMatchObject({
    ok: false,
    code: 'worker_failed',
    retryable: true,
    retryAfterMs: 40,
  });
  expect(slotOf({ error: { ...error, code: 'new' } })).toMatchObject({ code: 'new', retryable: false });
});

test('property: a document that is damaged anywhere never reads as "not harmful"', () => {
  const harmful = JSON.stringify(reply([prediction()]));
  const damage = fc.record({
    at: fc.nat(harmful.length - 1),
    length: fc.integer({ min: 0, max: 12 }),
    insert: fc.oneof(
      fc.constant(''),
      fc.constantFrom('0', '1', 'null', 'false', 'true', '"', ',', '{', '}', '-'),
    ),
  });
  fc.assert(
    fc.property(damage, ({ at, length, insert }) => {
      const result = read(harmful.slice(0, at) + insert + harmful.slice(at + length));
      const slot = result.ok ? result.slots[0] : result;
      if (slot?.ok !== true) return;
      // It still reads: then it still says that the post is harmful, by every field.
      expect(slot.prediction.any_harmful).toBe(true);
      expect(Object.values(slot.prediction.class_predictions)).toContain(true);
    }),
    { numRuns: 3000, seed: 5 },
  );
});
