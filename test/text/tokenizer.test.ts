import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { compileTokenizer } from '../../lib/text/compile/compile.js';
import { loadTokenizer } from '../../lib/text/tokenizer.js';
import { cpuMs } from '../support/cpu-time.js';
import { load, specOf, TOKENIZERS, tokenizerCases, tokenizerJson } from './support/tokenizers.js';

const folder = mkdtempSync(join(tmpdir(), 'tokenizer-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Longer than any fixture. */
const UNLIMITED = 40_000;

describe.each(TOKENIZERS)('%s', (name) => {
  const { cases, max_length } = tokenizerCases(name);
  const whole = load(name, { maxTokens: UNLIMITED });
  const tokenizer = load(name, { maxTokens: max_length });

  test('every fixture gets the ids that Python gives it', () => {
    const different = cases.filter(({ text, ids }) => `${whole.encode(text).ids}` !== `${ids}`);
    expect(different.map((each) => each.name)).toEqual([]);
    expect(cases.length).toBeGreaterThan(400);
  });

  test('every fixture is truncated as Python truncates it, and says so', () => {
    const different = cases.filter(({ text, ids, input_ids, attention_mask }) => {
      const expected = input_ids.filter((_, index) => attention_mask[index] === 1);
      const encoding = tokenizer.encode(text);
      return `${encoding.ids}` !== `${expected}` || encoding.truncated !== ids.length > max_length;
    });
    expect(different.map((each) => each.name)).toEqual([]);
    expect(cases.filter(({ ids }) => ids.length > max_length).length).toBeGreaterThan(10);
  });

  test('a text that fills the limit exactly is not truncated', () => {
    const text = cases.find(({ ids }) => ids.length === 20)?.text ?? '';
    const exact = load(name, { maxTokens: 20 }).encode(text);
    const short = load(name, { maxTokens: 19 }).encode(text);
    expect([exact.ids.length, exact.truncated]).toEqual([20, false]);
    expect([short.ids.length, short.truncated]).toEqual([19, true]);
  });

  test('an encoding does not depend on what was encoded before', () => {
    const texts = cases.slice(0, 60).map(({ text }) => text);
    const alone = texts.map((text) => `${load(name).encode(text).ids}`);
    const reused = load(name);
    reused.encode('x'.repeat(3000));
    expect(texts.map((text) => `${reused.encode(text).ids}`)).toEqual(alone);
  });

  test.each([
    ['a lone high surrogate', 'a\ud83d'],
    ['a lone low surrogate', '\ude00 b'],
    ['a pair in the wrong order', '\ude00\ud83d'],
  ])('%s is refused as text_invalid', (_, text) => {
    expect(() => tokenizer.encode(text)).toThrow(expect.objectContaining({ code: 'text_invalid' }));
  });

  test('a file on disk loads like its bytes', () => {
    const compiled = compileTokenizer(tokenizerJson(name));
    const file = join(folder, `${name}.bin`);
    writeFileSync(file, compiled.bytes);
    const { text, ids } = cases[0] ?? { text: '', ids: [] };
    expect([...loadTokenizer(file, specOf(compiled)).encode(text).ids]).toEqual(ids);
  });

  test.each([
    ['an embedding with fewer rows than tokens', { vocabularySize: 100 }, 'rows'],
    ['an end token that it does not have', { eosId: 999_999 }, 'eosId'],
    ['a limit without room for text', { maxTokens: 1 }, 'maxTokens'],
  ])('%s does not fit', (_, changes, mention) => {
    expect(() => load(name, changes)).toThrow(
      expect.objectContaining({ code: 'pack_invalid', message: expect.stringContaining(mention) }),
    );
  });
});

describe('hostile texts', () => {
  /** Of the processor. Generous: the worst takes tens of milliseconds, and many seconds where the work is quadratic. */
  const ALLOWED_MS = 3000;
  const units = ['a', 'ab', ' ', '\n', '\na', '<', '<unused9', '😀', 'a\u0301', "'", 'Σ', '\u{10ffff}'];
  const texts: [string, string][] = [
    ...units.map((unit): [string, string] => [JSON.stringify(unit), unit.repeat(50_000 / unit.length)]),
    ['marks in the wrong order', `a${'\u0301\u0323'.repeat(25_000)}`],
    [
      'every mark',
      `a${Array.from({ length: 50_000 }, (_, i) => String.fromCharCode(0x300 + (i % 70))).join('')}`,
    ],
  ];

  test.each(texts)('50,000 characters of %s take time in proportion', async (_, text) => {
    for (const name of TOKENIZERS) {
      const tokenizer = load(name);
      expect(await cpuMs(() => tokenizer.encode(text))).toBeLessThan(ALLOWED_MS);
    }
  });

  test('the words beyond the limit of tokens change nothing of what the model reads, and are counted', () => {
    const tail = 'ab'.repeat(10_000);
    for (const name of TOKENIZERS) {
      const tokenizer = load(name);
      const text = 'one two '.repeat(60);
      const { ids, truncated, tokens } = tokenizer.encode(text + tail);
      const short = tokenizer.encode(text);
      expect(truncated).toBe(true);
      expect([...ids]).toEqual([...short.ids]);
      expect(tokens.length).toBeGreaterThan(short.tokens.length);
    }
  });
});

describe('lowercase', () => {
  test('letters change one by one, and added tokens are found before', () => {
    const lower = load('gemma-small', { lowercase: true });
    const plain = load('gemma-small');
    expect([...lower.encode('The ΟΔΟΣ İS <h1>Red</h1>').ids]).toEqual([
      ...plain.encode('the οδοσ i̇s <h1>red</h1>').ids,
    ]);
    const tag = (text: string) => plain.encode(text).ids.at(0);
    expect(lower.encode('<h1>').ids.at(0)).toBe(tag('<h1>'));
  });
});
