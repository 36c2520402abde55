/** Worker entry: the tokenizer. It is fast; it has a thread so that hostile texts hold up nothing but texts. */
import { loadTokenizer } from '../../text/tokenizer.js';
import type { TokenizerRequest, TokenizerResponse, TokenizerStart } from './messages.js';
import { serve } from './serve.js';

await serve<TokenizerStart, TokenizerRequest, TokenizerResponse>(async ({ file, spec }) => {
  const tokenizer = loadTokenizer(file, spec);
  return async ({ texts }) => {
    const encodings = texts.map((text) => tokenizer.encode(text));
    return { response: { encodings }, transfer: [] };
  };
});
