import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { layoutBatch, type SequenceSpec, type TextRow, textRow } from '../../lib/text/sequence.js';
import { poolLast, type Sequence, ToyEncoder } from './support/toy-encoder.js';

const VOCABULARY = 20;
const EOS = 19;

const siglip: SequenceSpec = {
  maxTokens: 12,
  padId: 0,
  eosId: EOS,
  pooling: 'final-position',
  keyMask: true,
};
const unmasked: SequenceSpec = { ...siglip, keyMask: false };
const clip: SequenceSpec = { ...siglip, padId: EOS, pooling: 'end-of-text' };

/** Texts of 1 to 12 tokens that end with eos and may hold others, and pads, anywhere. */
const texts = fc
  .array(fc.nat(VOCABULARY - 1), { maxLength: 11 })
  .map((ids) => Int32Array.from([...ids, EOS]));

const ids = (count: number) =>
  Int32Array.from({ length: count }, (_, index) => (index === count - 1 ? EOS : 5 + index));

const numbers = ({ inputIds, positionIds, keyMask }: TextRow) => ({
  ids: [...inputIds],
  positions: [...positionIds],
  mask: [...keyMask],
});

describe('the row of a text', () => {
  test('SigLIP with a key mask: the tokens, and one pad at the last position that is no key', () => {
    expect(numbers(textRow(ids(3), siglip))).toEqual({
      ids: [5, 6, EOS, 0],
      positions: [0, 1, 2, 11],
      mask: [1, 1, 1, 0],
    });
  });

  test('SigLIP, a text that fills the sequence: its tokens, all visible', () => {
    const { mask, positions } = numbers(textRow(ids(12), siglip));
    expect(mask).toEqual(Array(12).fill(1));
    expect(positions.at(-1)).toBe(11);
  });

  test('SigLIP without a key mask: the whole padded sequence, all visible', () => {
    const { ids: row, mask } = numbers(textRow(ids(3), unmasked));
    expect(row).toEqual([5, 6, EOS, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(mask).toEqual(Array(12).fill(1));
  });

  test('CLIP: the tokens up to the first end token, which a text can hold itself', () => {
    const row = textRow(Int32Array.of(1, 7, EOS, 8, EOS), clip);
    expect(numbers(row)).toEqual({ ids: [1, 7, EOS], positions: [0, 1, 2], mask: [1, 1, 1] });
  });

  test.each([
    ['no tokens', new Int32Array(), siglip],
    ['too many tokens', ids(13), siglip],
    ['no end token', Int32Array.of(1, 2), clip],
  ])('%s is a defect of the caller', (_, tokens, spec) => {
    expect(() => textRow(tokens, spec)).toThrow(RangeError);
  });
});

describe('a batch', () => {
  test('keeps the last column last and fills the gap with masked columns', () => {
    const { batch, length, ...parts } = layoutBatch([textRow(ids(2), siglip), textRow(ids(4), siglip)]);
    expect([batch, length]).toEqual([2, 5]);
    expect(numbers(parts)).toEqual({
      ids: [5, EOS, 0, 0, 0, 5, 6, 7, EOS, 0],
      positions: [0, 1, 0, 0, 11, 0, 1, 2, 3, 11],
      mask: [1, 1, 0, 0, 0, 1, 1, 1, 1, 0],
    });
  });

  test('is as long as its longest row, and holds each row but for masked columns', () => {
    fc.assert(
      fc.property(
        fc.array(texts, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(siglip, unmasked, clip),
        (all, spec) => {
          const rows = all.map((text) => textRow(text, spec));
          const layout = layoutBatch(rows);
          expect(layout.length).toBe(Math.max(...rows.map(({ inputIds }) => inputIds.length)));
          expect(layout.inputIds.length).toBe(layout.batch * layout.length);
          rows.forEach((row, index) => {
            const laid = sequenceAt(layout, index);
            const kept = laid.filter(({ visible }, column) => visible || column === layout.length - 1);
            expect(kept).toEqual(sequenceOf(row));
          });
        },
      ),
    );
  });

  test('of nothing is empty', () => {
    expect(layoutBatch([])).toMatchObject({ batch: 0, length: 0 });
  });
});

describe('what the encoder makes of a row', () => {
  const compare = (
    spec: SequenceSpec,
    causal: boolean,
    original: (text: Int32Array, encoder: ToyEncoder) => number[],
  ) =>
    fc.assert(
      fc.property(fc.array(texts, { minLength: 1, maxLength: 4 }), fc.integer(), (all, seed) => {
        const encoder = new ToyEncoder({ vocabulary: VOCABULARY, positions: 12, seed, causal });
        const layout = layoutBatch(all.map((text) => textRow(text, spec)));
        all.forEach((text, index) => {
          const pooled = poolLast(encoder.encode(sequenceAt(layout, index)));
          const expected = original(text, encoder);
          pooled.forEach((value, feature) => {
            expect(value).toBeCloseTo(expected[feature] ?? Number.NaN, 10);
          });
        });
      }),
      { numRuns: 60 },
    );

  /** The sequence as the original library pads it. */
  const padded = (text: Int32Array, spec: SequenceSpec, masked: boolean): Sequence =>
    Array.from({ length: spec.maxTokens }, (_, position) => ({
      id: text[position] ?? spec.padId,
      position,
      visible: !masked || position < text.length,
    }));

  test('SigLIP with a key mask: position 11 of the padded sequence', () => {
    compare(siglip, false, (text, encoder) => poolLast(encoder.encode(padded(text, siglip, true))));
  });

  test('SigLIP without a key mask: the same, every pad seen', () => {
    compare(unmasked, false, (text, encoder) => poolLast(encoder.encode(padded(text, unmasked, false))));
  });

  test('CLIP: the first of the highest ids in the padded sequence', () => {
    compare(clip, true, (text, encoder) => {
      const sequence = padded(text, clip, true);
      const highest = Math.max(...sequence.map(({ id }) => id));
      return encoder.encode(sequence)[sequence.findIndex(({ id }) => id === highest)] ?? [];
    });
  });
});

function sequenceOf(row: TextRow): Sequence {
  return Array.from(row.inputIds, (id, column) => ({
    id,
    position: row.positionIds[column] ?? Number.NaN,
    visible: row.keyMask[column] === 1,
  }));
}

function sequenceAt(layout: ReturnType<typeof layoutBatch>, index: number): Sequence {
  const part = (values: Int32Array) => values.subarray(index * layout.length, (index + 1) * layout.length);
  return sequenceOf({
    inputIds: part(layout.inputIds),
    positionIds: part(layout.positionIds),
    keyMask: part(layout.keyMask),
  });
}
