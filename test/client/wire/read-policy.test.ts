import { describe, expect, test } from '@jest/globals';
import { readReply } from '../../../lib/client/wire/read-reply.js';

const OWN = { red: 0.5, green: 0.5 };
const POLICY = {
  name: 'p',
  sha256: 'a'.repeat(64),
  thresholds: { text: OWN, image: { red: 0.9, green: 0.1 }, 'text+image': OWN },
};

/** The one slot of a reply to a post, by default a text. */
function slotOf(fields: object, frame: object = {}, { hasText = true, thresholds = {} } = {}) {
  const prediction = {
    class_predictions: { red: false, green: false },
    probabilities: { red: 0.2, green: 0.2 },
    any_harmful: false,
    decision: 'allow',
    modalities_used: [hasText ? 'text' : 'image'],
    text_truncated: false,
    ...fields,
  };
  const document = {
    predictions: [prediction],
    model: { name: 'm', pack: 'p', precision: 'fp32', demonstration: true },
    thresholds: OWN,
    policy: POLICY,
    request_id: 'r',
    ...frame,
  };
  const item = { index: 0, id: undefined, bytes: new Uint8Array(), attempts: 1, retries: 0 };
  const question = {
    items: [{ ...item, hasText, hasImage: !hasText }],
    parameters: { thresholds },
    requestId: 'sent',
  };
  const reply = readReply(Buffer.from(JSON.stringify(document)), question);
  return reply.ok ? reply.slots[0] : reply;
}

describe('a reply with a policy', () => {
  test('gives its decision', () => {
    expect(slotOf({})).toMatchObject({ ok: true, prediction: { decision: 'allow' } });
    const audited = slotOf({
      decision: 'review',
      audit: true,
      calibrated_probabilities: { red: 0.3, green: 0.4 },
    });
    expect(audited).toMatchObject({ ok: true, prediction: { audit: true } });
  });

  test('is held to the thresholds of its modalities', () => {
    const image = {
      class_predictions: { red: false, green: true },
      probabilities: { red: 0.8, green: 0.2 },
      any_harmful: true,
      decision: 'review',
    };
    expect(slotOf(image, {}, { hasText: false })).toMatchObject({ ok: true });
    expect(slotOf(image)).toMatchObject({ ok: false, code: 'reply_invalid' });
  });

  test.each<[string, object]>([
    ['no decision', { decision: undefined }],
    ['a decision that is unknown', { decision: 'publish' }],
    ['a decision that is null', { decision: null }],
    [
      'an allowed post with a predicted class',
      {
        class_predictions: { red: true, green: false },
        probabilities: { red: 0.7, green: 0 },
        any_harmful: true,
      },
    ],
    ['an audited post that is allowed', { audit: true }],
    ['calibrated probabilities of other classes', { calibrated_probabilities: { red: 0.1 } }],
  ])('with %s in a slot gives an error', (_, fields) => {
    expect(slotOf(fields)).toMatchObject({ ok: false, code: 'reply_invalid' });
  });

  test('that misses thresholds asked for, in any combination, is no answer', () => {
    const thresholds = { red: 0.5 };
    expect(slotOf({}, {}, { thresholds })).toMatchObject({ ok: false, code: 'reply_invalid' });
  });
});

describe('without a policy', () => {
  test('an older service’s reply reads as before', () => {
    const slot = slotOf({ decision: undefined }, { policy: undefined });
    expect(slot).toMatchObject({ ok: true });
    expect(slot).not.toHaveProperty('prediction.decision');
  });

  test('fields of a newer service are passed over', () => {
    const frame = { policy: { ...POLICY, signed: true }, novelty: 1 };
    expect(slotOf({ novelty: 1 }, frame)).toMatchObject({ ok: true });
  });
});
