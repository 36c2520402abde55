/**
 * The stack of pre-norm transformer blocks that SigLIP and CLIP share.
 *
 * The residual stream is kept flat, [rows, width]: linear layers are then plain matrix products over the weights as
 * stored, and only attention unfolds it to [batch, columns, width]. Where every column has a row, that copies nothing.
 * Where texts of different lengths leave gaps, only attention sees these.
 */
import type { Architecture } from '../checkpoint/architecture.js';
import { type Attributes, float, int } from '../onnx/attribute.js';
import { NONE, type Value } from '../onnx/graph.js';
import { flatten, layerNorm, linear, mlp, unfold } from './layers.js';
import type { Module } from './module.js';

/** Added to the scores of masked keys: the lowest float32, as the original does, so that their weights are exactly 0. */
const MASKED = -3.4028234663852886e38;

type EncoderDimensions = Pick<
  Architecture['text' | 'image'],
  'width' | 'layers' | 'heads' | 'activation' | 'layerNormEps'
>;

export interface Columns {
  /** int64 [3]: batch, columns, width. What the flat stream unfolds to. */
  readonly shape: Value;
  /** int32 [batch, columns]: 0 hides a column from every query. Default: all are visible. */
  readonly keyMask?: Value;
  /** Whether a column sees only itself and those before it. Default: false. */
  readonly causal?: boolean;
  /** Which columns have a row in the stream. Default: all of them, in order. */
  readonly occupied?: Occupied;
  /**
   * The only column that is read from the last block, counted from the end when negative. The last block then computes
   * queries, the output projection and the MLP for that column alone, and the result is [batch, width]. Every column
   * still serves as key and value. Default: all columns, [rows, width].
   *
   * With `causal` or `occupied` it must be -1: a single query is not masked causally, and the last column sees all.
   */
  readonly pooled?: number;
}

/** Rows for some of the columns. The others are masked as keys and never read, so whatever stands there is right. */
export interface Occupied {
  /** int64 [rows]: the column of each row, counted over the whole batch. */
  readonly columns: Value;
  /** int32 [batch · columns]: the row of each column, and any row for a column that has none. */
  readonly rows: Value;
  /** int32 [batch]: the row of the last column of each item, which always has one. */
  readonly last: Value;
}

/** All blocks, below `encoder.layers`. */
export function encoderBlocks(
  module: Module,
  rows: Value,
  encoder: EncoderDimensions,
  columns: Columns,
): Value {
  const { pooled, ...everyColumn } = columns;
  let stream = rows;
  for (let index = 0; index < encoder.layers; index++) {
    const last = index === encoder.layers - 1;
    stream = block(module.child(`encoder.layers.${index}`), stream, encoder, last ? columns : everyColumn);
  }
  return stream;
}

function block(module: Module, rows: Value, encoder: EncoderDimensions, columns: Columns): Value {
  const { layerNormEps, activation } = encoder;
  const place = module.child('self_attn');
  const normed = layerNorm(module.child('layer_norm1'), rows, layerNormEps);
  const attended = selfAttention(place, read(place, normed, columns), normed, encoder, columns);
  const middle = module.child('attention_residual').node('Add', [read(module, rows, columns), attended]);
  const expanded = mlp(
    module.child('mlp'),
    layerNorm(module.child('layer_norm2'), middle, layerNormEps),
    activation,
  );
  return module.child('mlp_residual').node('Add', [middle, expanded]);
}

/** The rows whose results are read: all of them, or [batch, width] where one column is pooled. */
function read(module: Module, rows: Value, { shape, pooled, occupied }: Columns): Value {
  if (pooled === undefined) return rows;
  const place = module.child('pooled');
  if (occupied !== undefined) return place.node('Gather', [rows, occupied.last], { axis: int(0) });
  const unfolded = place.node('Reshape', [rows, shape]);
  return place.node('Gather', [unfolded, place.graph.constant('int64', [pooled], [])], { axis: int(1) });
}

/** Multi-head attention of `queries`, the rows that are read, over the rows of all columns. */
function selfAttention(
  module: Module,
  queries: Value,
  rows: Value,
  { width, heads }: EncoderDimensions,
  columns: Columns,
): Value {
  const { keyMask, causal = false, pooled, occupied } = columns;
  const project = (name: string, source: Value, unfoldRows: typeof unfoldColumns) =>
    unfoldRows(module.child(name), linear(module.child(name), source), columns);
  const unfoldPooled = (place: Module, pooledRows: Value) => unfold(place, pooledRows, 1, width);
  const qkv = [
    project('q_proj', queries, pooled === undefined ? unfoldColumns : unfoldPooled),
    project('k_proj', rows, unfoldColumns),
    project('v_proj', rows, unfoldColumns),
  ];
  const context = attention(module, qkv, heads, { keyMask, causal: causal && pooled === undefined });
  const every = flatten(module, context, width);
  const attended =
    occupied === undefined || pooled !== undefined
      ? every
      : module.node('Gather', [every, occupied.columns], { axis: int(0) });
  return linear(module.child('out_proj'), attended);
}

/** Rows [rows, width] unfolded to [batch, columns, width]. */
function unfoldColumns(module: Module, rows: Value, { shape, occupied }: Columns): Value {
  const every =
    occupied === undefined ? rows : module.node('Gather', [rows, occupied.rows], { axis: int(0) });
  return module.node('Reshape', [every, shape]);
}

/**
 * Scaled dot-product attention, scale 1 / √(width / heads).
 * @param qkv Queries [batch, targets, width], keys and values [batch, columns, width].
 */
export function attention(
  module: Module,
  qkv: readonly Value[],
  heads: number,
  options: { readonly keyMask?: Value | undefined; readonly causal?: boolean } = {},
): Value {
  const { keyMask, causal = false } = options;
  const attributes: Attributes = {
    num_heads: int(heads),
    mask_filter_value: float(MASKED),
    unidirectional: int(causal ? 1 : 0),
  };
  const bias = NONE;
  return module.node('MultiHeadAttention', keyMask ? [...qkv, bias, keyMask] : qkv, attributes);
}
