import { describe, expect, test } from '@jest/globals';
import { REQUEST_ID_PATTERN } from '../../lib/contract/http.js';
import { isItemError, modelInfoSchema, replySchema, slotSchema } from '../../lib/contract/reply.js';
import {
  envelopeSchema,
  instanceSchema,
  parametersSchema,
  singleSchema,
} from '../../lib/contract/request.js';

const accepts = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown) =>
  schema.safeParse(value).success;

describe('the request', () => {
  test.each([
    {},
    { text: 'a' },
    { text: null, image_base64: null, id: null },
    { text: 'a', image_base64: 'AAAA', id: 'x'.repeat(256) },
  ])('admits the instance %j', (instance) => {
    expect(accepts(instanceSchema, instance)).toBe(true);
    expect(accepts(envelopeSchema, { instances: [instance] })).toBe(true);
    expect(accepts(singleSchema, { ...instance, parameters: { timings: true } })).toBe(true);
  });

  test.each([
    null,
    'a',
    [],
    { text: 1 },
    { image_base64: [] },
    { id: 'x'.repeat(257) },
    { image_url: 'a' },
    { caption: 'a' },
  ])('does not admit the instance %j', (instance) => {
    expect(accepts(instanceSchema, instance)).toBe(false);
  });

  test.each([
    {},
    { instances: [] },
    { instances: {} },
    { instances: [1], text: 'a' },
    { instances: [1], parameters: [] },
  ])('does not admit the envelope %j', (envelope) => {
    expect(accepts(envelopeSchema, envelope)).toBe(false);
  });

  test.each([
    { thresholds: { a: -0.1 } },
    { thresholds: { a: 1.1 } },
    { thresholds: { a: '1' } },
    { timings: 1 },
    { x: 1 },
  ])('does not admit the parameters %j', (parameters) => {
    expect(accepts(parametersSchema, parameters)).toBe(false);
  });

  test('takes request ids that a header and a log line can carry', () => {
    for (const id of ['a', 'Root=1-67891233-abcdef012345678912345678', 'x'.repeat(128)])
      expect(id).toMatch(REQUEST_ID_PATTERN);
    for (const id of ['', 'a b', 'é', '"', '\n', 'x'.repeat(129)]) expect(id).not.toMatch(REQUEST_ID_PATTERN);
  });
});

describe('the reply', () => {
  const prediction = {
    class_predictions: { a: true },
    probabilities: { a: 0.5 },
    any_harmful: true,
    modalities_used: ['text'],
    text_truncated: false,
  };

  test('tells predictions from errors', () => {
    expect(isItemError(slotSchema.parse(prediction))).toBe(false);
    const error = { error: { code: 'some_code_of_tomorrow', message: 'm', retryable: false } };
    expect(isItemError(slotSchema.parse(error))).toBe(true);
  });

  test.each([
    { ...prediction, probabilities: { a: 1.5 } },
    { ...prediction, probabilities: { a: Number.NaN } },
    { ...prediction, modalities_used: [] },
    { ...prediction, any_harmful: undefined },
    {},
  ])('admits no slot like %j', (slot) => {
    expect(accepts(slotSchema, slot)).toBe(false);
  });

  test('names its model', () => {
    const reply = {
      predictions: [prediction],
      model: { name: 'm', pack: 'p', precision: 'fp32', demonstration: false },
      thresholds: { a: 0.5 },
      request_id: 'r',
    };
    expect(accepts(replySchema, reply)).toBe(true);
    expect(accepts(replySchema, { ...reply, model: undefined })).toBe(false);
  });

  test('tells where the model runs, unless the server is older than that', () => {
    const model = { name: 'm', pack: 'p', precision: 'fp32', demonstration: false };
    expect(modelInfoSchema.parse(model).device).toBeUndefined();
    expect(modelInfoSchema.parse({ ...model, device: 'cuda' }).device).toBe('cuda');
    expect(accepts(modelInfoSchema, { ...model, device: 1 })).toBe(false);
  });
});
