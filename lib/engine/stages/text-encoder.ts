import { layoutBatch, type TextRow } from '../../text/sequence.js';
import type { Adapter } from '../supervision/worker-backend.js';
import type { SessionRequest, SessionResponse } from '../workers/messages.js';
import { rowsOf } from './features.js';

/** Lays rows of tokens out as one batch, as long as the longest: all of a request is int32 [n, length]. */
export const textEncoderAdapter: Adapter<TextRow, Float32Array, SessionRequest, SessionResponse> = {
  toCall(rows) {
    const { inputIds, positionIds, keyMask, batch, length } = layoutBatch(rows);
    const dims = [batch, length];
    const request: SessionRequest = {
      input_ids: { type: 'int32', data: inputIds, dims },
      position_ids: { type: 'int32', data: positionIds, dims },
      key_mask: { type: 'int32', data: keyMask, dims },
    };
    return { request, transfer: [] };
  },
  toOutcomes: (response, rows) => rowsOf(response, 'text_features', rows.length),
};
