import { describe, expect, test } from '@jest/globals';
import { strictest } from '../../lib/contract/action.js';
import type { Prediction } from '../../lib/contract/reply.js';
import { actionOfUnseen, UNSEEN, UNSEEN_CODES, type UnseenCode } from '../../lib/contract/unseen.js';
import { verdictOf } from '../../lib/contract/verdict.js';

const prediction = (fields: Partial<Prediction>): Prediction => ({
  class_predictions: {},
  probabilities: {},
  any_harmful: false,
  modalities_used: ['text'],
  text_truncated: false,
  unseen: [],
  ...fields,
});

describe('the verdict', () => {
  test.each<[string, Partial<Prediction>, string]>([
    ['of a plain harmless post', {}, 'allow'],
    ['of a predicted class', { any_harmful: true }, 'flag'],
    ['of a decision is the decision', { any_harmful: true, decision: 'review' }, 'review'],
    ['of an unread frame', { unseen: [{ code: 'frames', figure: 0.5 }] }, 'review'],
    ['of a usual crop', { unseen: [{ code: 'crop', figure: 0.25 }] }, 'allow'],
    ['of a code that is not known yet', { unseen: [{ code: 'smell', figure: 0 }] }, 'review'],
    ['of an older service about a cut text', { unseen: undefined, text_truncated: true }, 'review'],
    ['of an older service about another', { unseen: undefined }, 'allow'],
  ])('%s', (_, fields, expected) => {
    expect(verdictOf(prediction(fields))).toBe(expected);
  });
});

describe('content that was not judged', () => {
  test.each(UNSEEN_CODES.map((code) => [code]))('%s obeys its rule from the figure on', (code) => {
    const { rule } = UNSEEN[code];
    const from = (figure: number, rules = {}) => actionOfUnseen([{ code, figure }], rules);
    expect(from(rule.from)).toBe(rule.action === 'told' ? 'allow' : rule.action);
    expect(from(1e9, { [code]: { action: 'told', from: 0 } })).toBe('allow');
    expect(from(3, { [code]: { action: 'flag', from: 3 } })).toBe('flag');
    expect(from(2.9, { [code]: { action: 'flag', from: 3 } })).toBe('allow');
    expect(from(Number.NaN, { [code]: { action: 'flag', from: 3 } })).toBe('flag');
  });

  test('leads to the strictest of its codes', () => {
    const rules: Partial<Record<UnseenCode, { action: 'flag'; from: number }>> = {
      frames: { action: 'flag', from: 0.9 },
    };
    const some = [
      { code: 'text_cut', figure: 0.1 },
      { code: 'frames', figure: 0.95 },
    ];
    expect(actionOfUnseen(some, rules)).toBe('flag');
    expect(actionOfUnseen(some)).toBe('review');
    expect(actionOfUnseen([])).toBe('allow');
  });

  test('an action that does not exist is never the least strict', () => {
    expect(() => strictest(['publish' as never])).toThrow(RangeError);
  });
});
