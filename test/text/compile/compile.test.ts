import { describe, expect, test } from '@jest/globals';
import { compileTokenizer } from '../../../lib/text/compile/compile.js';
import { loadTokenizer } from '../../../lib/text/tokenizer.js';
import {
  specOf,
  TOKENIZERS,
  type TokenizerName,
  tokenizerCases,
  tokenizerJson,
} from '../support/tokenizers.js';

/** The parts of tokenizer.json that the tests change. */
interface Json {
  [component: string]: unknown;
  added_tokens: Record<string, unknown>[];
  normalizer: Record<string, unknown> | null;
  pre_tokenizer: Record<string, unknown> | null;
  model: Record<string, unknown> & { vocab: Record<string, unknown>; merges: unknown[] };
}

const parse = (name: TokenizerName): Json => JSON.parse(tokenizerJson(name));

function compileChanged(name: TokenizerName, change: (json: Json) => void) {
  const json = parse(name);
  change(json);
  return compileTokenizer(JSON.stringify(json));
}

/** Replaces the value at a path. */
function set(target: object, [key = '', ...rest]: string[], value: unknown): void {
  const record = target as Record<string, unknown>; // arrays too: their indices are keys
  if (rest.length === 0) record[key] = value;
  else set(record[key] as object, rest, value);
}

describe.each(TOKENIZERS)('%s', (name) => {
  test('compiles to the same bytes every time, smaller than its source', () => {
    const { bytes, vocabularySize } = compileTokenizer(tokenizerJson(name));
    expect(Buffer.compare(bytes, compileTokenizer(Buffer.from(tokenizerJson(name))).bytes)).toBe(0);
    expect(bytes.length).toBeLessThan(tokenizerJson(name).length / 2);
    expect(vocabularySize).toBe(Object.keys(parse(name).model.vocab).length);
  });

  test('the older form of merges, "a b", means the same', () => {
    const older = compileChanged(name, ({ model }) => {
      model.merges = model.merges.map((pair) => (pair as string[]).join(' '));
    });
    expect(Buffer.compare(older.bytes, compileTokenizer(tokenizerJson(name)).bytes)).toBe(0);
  });

  test('knows the ids of pieces and added tokens', () => {
    const { idOf } = compileTokenizer(tokenizerJson(name));
    const { added_tokens, model } = parse(name);
    for (const { content, id } of added_tokens) expect(idOf(String(content))).toBe(id);
    expect(idOf('a')).toBe(model.vocab['a']);
    expect(idOf('no such piece')).toBeUndefined();
  });

  test.each<[string, string, unknown, RegExp]>([
    ['another normalizer', 'normalizer', { type: 'NFKC' }, /normalizer.type: .*"NFKC"/],
    ['no normalizer', 'normalizer', null, /normalizer: .*null/],
    ['another splitter', 'pre_tokenizer', { type: 'Whitespace' }, /pre_tokenizer.*"Whitespace"/],
    [
      'another post-processor',
      'post_processor',
      { type: 'BertProcessing' },
      /post_processor.*"BertProcessing"/,
    ],
    ['another model', 'model.type', 'Unigram', /model.type: .*"Unigram"/],
    ['dropout', 'model.dropout', 0.1, /model.dropout: .*0.1/],
    ['ignored merges', 'model.ignore_merges', true, /model.ignore_merges/],
    ['an unknown field', 'post_normalizer', {}, /post_normalizer/],
    ['a token that strips spaces', 'added_tokens.0.lstrip', true, /added_tokens.0.lstrip: .*true/],
    ['a merge of an unknown piece', 'model.merges.0', ['a', 'nowhere'], /merge 0, \["a","nowhere"\]/],
    ['a merge of three', 'model.merges.1', ['a', 'b', 'c'], /merge 1, /],
    ['an id that is no number', 'model.vocab.a', 'one', /"a" has the id "one"/],
    ['an absurd id', 'model.vocab.a', 2 ** 31, /"a" has the id 2147483648/],
    ['one id for two pieces', 'model.vocab.a', parse(name).model.vocab['b'], /"a" and "b" both have the id/],
    ['an empty piece', 'model.vocab.', 3, /the empty piece has the id 3/],
    ['a list for a vocabulary', 'model.vocab', [], /model.vocab: expected an object/],
    ['no model', 'model', undefined, /model: /],
  ])('%s is refused, by its name', (_, path, value, message) => {
    expect(() => compileChanged(name, (json) => set(json, path.split('.'), value))).toThrow(
      expect.objectContaining({ code: 'checkpoint_invalid', message: expect.stringMatching(message) }),
    );
  });

  test.each(['', '{', '[]', 'null', '"text"'])('%j is no tokenizer', (json) => {
    expect(() => compileTokenizer(json)).toThrow(expect.objectContaining({ code: 'checkpoint_invalid' }));
  });

  test('bytes that are no UTF-8 are refused', () => {
    const bytes = Buffer.from(tokenizerJson(name));
    bytes[bytes.indexOf('"type"') + 2] = 0xff;
    expect(() => compileTokenizer(bytes)).toThrow(expect.objectContaining({ code: 'checkpoint_invalid' }));
  });
});

test('a vocabulary without all byte pieces is refused, naming them', () => {
  const withoutBytes = (json: Json) => {
    delete json.model.vocab['<0x00>'];
    delete json.model.vocab['<0xFF>'];
  };
  expect(() => compileChanged('gemma-small', withoutBytes)).toThrow(/"<0x00>"\n- "<0xFF>"/);
});

test('a normalized token with white space is refused', () => {
  const change = (json: Json) => set(json, ['added_tokens', '0', 'content'], 'a b');
  expect(() => compileChanged('clip-small', change)).toThrow(/a normalized token with white space/);
});

test('a vocabulary that merges across words is encoded as a whole, with the ids of the plain algorithm', () => {
  const across = compileChanged('gemma-small', ({ model }) => {
    model.vocab['a▁b'] = Object.keys(model.vocab).length;
    model.vocab['a▁'] = Object.keys(model.vocab).length;
    model.merges.unshift(['a', '▁'], ['a▁', 'b']);
  });
  const tokenizer = loadTokenizer(across.bytes, specOf(across));
  expect([...tokenizer.encode('a b').ids]).toEqual([across.idOf('a▁b'), across.idOf('<eos>')]);
});

test('of a pair that is listed twice the later rank counts, as in the original', () => {
  const twice = compileChanged('gemma-small', ({ model }) => {
    const first = model.merges.find((pair) => (pair as string[]).join('') === '▁t');
    model.merges.push(first);
  });
  const tokenizer = loadTokenizer(twice.bytes, specOf(twice));
  const plain = compileTokenizer(tokenizerJson('gemma-small'));
  const unchanged = loadTokenizer(plain.bytes, specOf(plain));
  const { cases } = tokenizerCases('gemma-small');
  const ids = (each: typeof tokenizer) => cases.map(({ text }) => `${each.encode(text).ids}`);
  expect(ids(tokenizer)).not.toEqual(ids(unchanged));
});
