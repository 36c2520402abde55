import { Tokenizer } from '@huggingface/tokenizers';
import { describe, expect, test } from '@jest/globals';
import { clipTokenizer, clipTokenizerConfig } from '../../../lib/checkpoint/synthesize/clip-tokenizer.js';
import { gemmaTokenizer, gemmaTokenizerConfig } from '../../../lib/checkpoint/synthesize/gemma-tokenizer.js';

interface TokenizerJson {
  readonly added_tokens: { id: number; content: string; special: boolean }[];
  readonly model: { vocab: Record<string, number>; merges: [string, string][] };
}

const SENTENCES = [
  'Good morning everyone, have a lovely day at the beach!',
  'I cannot believe how expensive the train tickets are this year',
  'just finished reading a book about gardens, trees and rivers; highly recommended',
];

const gemma = gemmaTokenizer(256_000) as TokenizerJson;
const clip = clipTokenizer(49_408) as TokenizerJson;

describe.each([
  ['SigLIP 2', 256_000, gemma],
  ['CLIP', 49_408, clip],
])('the synthetic tokenizer of %s', (_name, size, { model }) => {
  test('has exactly the published number of pieces, each with an id of its own', () => {
    const ids = Object.values(model.vocab);
    expect(ids.length).toBe(size);
    expect(new Set(ids).size).toBe(size);
    expect(Math.max(...ids.slice(-5))).toBe(size - 1);
  });

  test('has merges of pieces into pieces only, none of them twice', () => {
    const bad = model.merges.filter(
      (pair) => ![...pair, pair.join('')].every((piece) => piece in model.vocab),
    );
    expect(bad).toEqual([]);
    expect(new Set(model.merges.map((pair) => pair.join(' + '))).size).toBe(model.merges.length);
  });
});

describe('the synthetic tokenizer of SigLIP 2', () => {
  const encoder = new Tokenizer(gemma, gemmaTokenizerConfig());

  test('has the published special and byte pieces', () => {
    const { vocab } = gemma.model;
    expect(gemma.added_tokens.map(({ id }) => id)).toEqual(Array.from({ length: 217 }, (_, id) => id));
    const published = {
      '<pad>': 0,
      '<eos>': 1,
      '<bos>': 2,
      '<unk>': 3,
      '<mask>': 4,
      '<start_of_turn>': 106,
      '\n': 108,
    };
    expect(vocab).toMatchObject(published);
    expect([vocab['▁▁'], vocab['▁'.repeat(31)], vocab['<table>'], vocab['</code>']]).toEqual([
      139, 168, 169, 216,
    ]);
    expect([vocab['<0x00>'], vocab['<0xFF>']]).toEqual([217, 472]);
  });

  test('can reach every piece of several letters by merges', () => {
    const made = new Set(gemma.model.merges.map((pair) => pair.join('')));
    const learned = Object.entries(gemma.model.vocab).filter(
      ([piece, id]) => id > 472 && [...piece].length > 1,
    );
    expect(learned.length).toBeGreaterThan(200_000);
    expect(learned.filter(([piece]) => !made.has(piece))).toEqual([]);
  });

  test.each(SENTENCES)('splits "%s" into 5 to 40 tokens, the last <eos>', (text) => {
    const { ids } = encoder.encode(text);
    expect(ids.length).toBeGreaterThanOrEqual(5);
    expect(ids.length).toBeLessThanOrEqual(40);
    expect(ids.at(-1)).toBe(1);
    expect(ids).not.toContain(3);
  });

  test('falls back to bytes where a character is no piece', () => {
    const { ids } = encoder.encode('\u{1d11e}'); // a clef, F0 9D 84 9E in UTF-8
    expect(ids).toEqual([217 + 0xf0, 217 + 0x9d, 217 + 0x84, 217 + 0x9e, 1]);
  });
});

describe('the synthetic tokenizer of CLIP', () => {
  const encoder = new Tokenizer(clip, clipTokenizerConfig(49_408));

  test('has begin and end as its last two pieces', () => {
    expect(clip.added_tokens.map(({ id, content }) => [id, content])).toEqual([
      [49_406, '<|startoftext|>'],
      [49_407, '<|endoftext|>'],
    ]);
    const { vocab } = clip.model;
    expect([vocab['!'], vocab['Ā'], vocab['!</w>'], vocab['Ń</w>']]).toEqual([0, 188, 256, 511]);
  });

  test.each(SENTENCES)('splits "%s" into 5 to 40 tokens between begin and end', (text) => {
    const { ids } = encoder.encode(text);
    expect(ids.length).toBeGreaterThanOrEqual(5);
    expect(ids.length).toBeLessThanOrEqual(40);
    expect([ids[0], ids.at(-1)]).toEqual([49_406, 49_407]);
  });
});
