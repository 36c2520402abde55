import type { Encoding } from '../../text/tokenizer.js';
import type { Adapter } from '../supervision/worker-backend.js';
import type { TokenizerRequest, TokenizerResponse } from '../workers/messages.js';

/** Texts to token ids. */
export const tokenizerAdapter: Adapter<string, Encoding, TokenizerRequest, TokenizerResponse> = {
  toCall: (texts) => ({ request: { texts }, transfer: [] }),
  toOutcomes: ({ encodings }) => encodings.map((value) => ({ status: 'fulfilled', value })),
};
