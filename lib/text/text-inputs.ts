import type { TextBatch } from './sequence.js';
import type { TokenTable } from './token-table.js';

/** Inputs of the text graph by name, for whoever runs it without the engine; in memory of their own. */
export function textInputs({ inputIds, positionIds, keyMask, batch, length }: TextBatch, table: TokenTable) {
  const columns = (data: Int32Array) => ({ type: 'int32', data, dims: [batch, length] }) as const;
  return {
    token_embeddings: {
      type: 'float32',
      data: table.embed(inputIds).slice(),
      dims: [batch, length, table.spec.width],
    },
    position_ids: columns(positionIds),
    key_mask: columns(keyMask),
  } as const;
}
