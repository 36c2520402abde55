import { expect, test } from '@jest/globals';
import { hasText } from '../../lib/text/presence.js';
import { TOKENIZERS, tokenizerCases } from './support/tokenizers.js';

test.each(TOKENIZERS)("the texts of %s have text where Python's strip leaves something", (name) => {
  const { cases } = tokenizerCases(name);
  expect(cases.filter(({ text, text_present }) => hasText(text) !== text_present)).toEqual([]);
  expect(cases.filter(({ text_present }) => !text_present).length).toBeGreaterThan(5);
});

test("exactly Python's white space is blank", () => {
  const blank: number[] = [];
  for (let code = 0; code < 0x110000; code++) {
    const surrogate = code >= 0xd800 && code < 0xe000;
    if (!surrogate && !hasText(String.fromCodePoint(code))) blank.push(code);
  }
  const hex = blank.map((code) => code.toString(16)).join(',');
  expect(hex).toBe(
    '9,a,b,c,d,1c,1d,1e,1f,20,85,a0,1680,2000,2001,2002,2003,2004,2005,2006,2007,2008,2009,200a,2028,2029,202f,205f,3000',
  );
});
