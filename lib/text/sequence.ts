/**
 * Rows for the text encoder's graph, which pools the last column: as few columns as give the exact result.
 *
 * Padding between the tokens and the last column is masked as a key. The additive mask is the lowest finite float, so
 * its softmax weight is exactly 0: a masked column changes nothing, whatever token it holds, and can be left out.
 *
 * SigLIP (`final-position`) pools position `maxTokens - 1` of the padded sequence. For a shorter text that is a pad,
 * which matters as a query only: its own residual stream starts from pad and position embedding and attends to the real
 * tokens, never to a pad, itself included. So `[tokens…, one pad]` at positions `[0…n-1, maxTokens-1]` is the whole
 * sequence. Without a key mask pads are seen as keys, and all `maxTokens` columns run.
 *
 * CLIP (`end-of-text`) pools the first end token: the original takes the argmax of the ids, the end token has the
 * highest, and the first of equals wins. Attention is causal, so tokens after it cannot reach it and are dropped. A text
 * can itself hold `<|endoftext|>`; then it ends there.
 */

/** What rows depend on in a pack's manifest; its `text` has these fields. */
export interface SequenceSpec {
  readonly maxTokens: number;
  readonly padId: number;
  readonly eosId: number;
  readonly pooling: 'final-position' | 'end-of-text';
  readonly keyMask: boolean;
}

/** One text, each array [columns]: 1 to `maxTokens`. The number of columns is what the text costs to encode. */
export interface TextRow {
  readonly inputIds: Int32Array;
  readonly positionIds: Int32Array;
  /** 1 where a column is seen as a key. */
  readonly keyMask: Int32Array;
}

/** Inputs of the graph, each [batch, length], rows first. */
export interface TextBatch extends TextRow {
  readonly batch: number;
  readonly length: number;
}

/** The row of a text's token ids, special tokens included: at least 1, at most `maxTokens`. */
export function textRow(ids: Int32Array, spec: SequenceSpec): TextRow {
  if (ids.length === 0 || ids.length > spec.maxTokens) {
    throw new RangeError(`A text of ${ids.length} tokens, expected 1 to ${spec.maxTokens}.`);
  }
  if (spec.pooling === 'end-of-text') {
    const end = ids.indexOf(spec.eosId);
    if (end < 0) throw new RangeError(`The token ids hold no end token ${spec.eosId}.`);
    return row(ids.slice(0, end + 1));
  }
  const pads = spec.maxTokens - ids.length;
  if (pads === 0) return row(ids);
  const columns = spec.keyMask ? ids.length + 1 : spec.maxTokens;
  const padded = row(filled(columns, spec.padId, ids));
  if (spec.keyMask) {
    padded.positionIds[columns - 1] = spec.maxTokens - 1;
    padded.keyMask[columns - 1] = 0;
  }
  return padded;
}

/**
 * Lays rows out as one batch as long as the longest of them. The last column of a row stays last; masked columns with
 * token 0 at position 0 fill the gap before it.
 */
export function layoutBatch(rows: readonly TextRow[]): TextBatch {
  const batch = rows.length;
  const length = Math.max(0, ...rows.map(({ inputIds }) => inputIds.length));
  const lay = (part: keyof TextRow): Int32Array => {
    const matrix = new Int32Array(batch * length);
    rows.forEach((row, index) => {
      const start = index * length;
      const last = row[part].length - 1;
      matrix.set(row[part].subarray(0, last), start);
      matrix.set(row[part].subarray(last), start + length - 1);
    });
    return matrix;
  };
  return {
    inputIds: lay('inputIds'),
    positionIds: lay('positionIds'),
    keyMask: lay('keyMask'),
    batch,
    length,
  };
}

/** Consecutive positions, all columns visible. */
function row(inputIds: Int32Array): TextRow {
  return {
    inputIds,
    positionIds: Int32Array.from(inputIds, (_, position) => position),
    keyMask: filled(inputIds.length, 1),
  };
}

function filled(length: number, value: number, start: Int32Array = new Int32Array()): Int32Array {
  const array = new Int32Array(length).fill(value, start.length);
  array.set(start);
  return array;
}
