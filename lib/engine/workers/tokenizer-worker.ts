/** Worker entry: the tokenizer of long texts. It has a thread so that hostile ones hold up nothing but their like. */
import { readText } from '../../text/read-text.js';
import { loadTokenizer } from '../../text/tokenizer.js';
import type { TokenizerRequest, TokenizerResponse, TokenizerStart } from './messages.js';
import { serve } from './serve.js';

await serve<TokenizerStart, TokenizerRequest, TokenizerResponse>(async ({ compiled, spec }) => {
  const tokenizer = loadTokenizer(compiled, spec);
  return async ({ texts }) => {
    const encodings = texts.map((text) => readText(text, tokenizer));
    return { response: { encodings }, transfer: [] };
  };
});
