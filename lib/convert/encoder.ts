/**
 * The stack of pre-norm transformer blocks that SigLIP and CLIP share.
 *
 * The residual stream is kept flat, [batch · columns, width]: linear layers are then plain matrix products over the
 * weights as stored, and only attention unfolds it to [batch, columns, width], which copies nothing.
 */
import type { Architecture } from '../checkpoint/architecture.js';
import { type Attributes, float, int } from '../onnx/attribute.js';
import { NONE, type Value } from '../onnx/graph.js';
import { flatten, layerNorm, linear, mlp } from './layers.js';
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
  /**
   * The only column that is read from the last block, counted from the end when negative. The last block then computes
   * queries, the output projection and the MLP for that column alone, and the result is [batch, width]. Every column
   * still serves as key and value. Default: all columns, [batch · columns, width].
   *
   * With `causal` it must be -1: a single query is not masked causally, and the last column sees all.
   */
  readonly pooled?: number;
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

/** The rows whose results are read: [batch · columns, width], or [batch, width] where one column is pooled. */
function read(module: Module, rows: Value, { shape, pooled }: Columns): Value {
  if (pooled === undefined) return rows;
  const place = module.child('pooled');
  const unfolded = place.node('Reshape', [rows, shape]);
  return place.node('Gather', [unfolded, place.graph.constant('int64', [pooled], [])], { axis: int(1) });
}

/** Multi-head attention of `queries`, the rows that are read, over the rows of all columns. */
function selfAttention(
  module: Module,
  queries: Value,
  rows: Value,
  { width, heads }: EncoderDimensions,
  { shape, keyMask, causal = false, pooled }: Columns,
): Value {
  const project = (name: string, source: Value, unfolded: Value) =>
    module.child(name).node('Reshape', [linear(module.child(name), source), unfolded]);
  const targets = pooled === undefined ? shape : module.graph.constant('int64', [-1, 1, width]);
  const qkv = [
    project('q_proj', queries, targets),
    project('k_proj', rows, shape),
    project('v_proj', rows, shape),
  ];
  const context = attention(module, qkv, heads, { keyMask, causal: causal && pooled === undefined });
  return linear(module.child('out_proj'), flatten(module, context, width));
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
