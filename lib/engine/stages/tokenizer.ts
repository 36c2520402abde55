import type { ReadText } from '../../text/read-text.js';
import type { Adapter } from '../supervision/worker-backend.js';
import type { TokenizerRequest, TokenizerResponse } from '../workers/messages.js';

/** Texts to token ids, and to what people see of them. */
export const tokenizerAdapter: Adapter<string, ReadText, TokenizerRequest, TokenizerResponse> = {
  toCall: (texts) => ({ request: { texts }, transfer: [] }),
  toOutcomes: ({ encodings }) => encodings.map((value) => ({ status: 'fulfilled', value })),
};
