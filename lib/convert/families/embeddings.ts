/** Token, position and patch embeddings: the same in both families, under the same names. */
import {
  type ImageEncoderArchitecture,
  patchCount,
  type TextEncoderArchitecture,
} from '../../checkpoint/architecture.js';
import { int } from '../../onnx/attribute.js';
import type { Value } from '../../onnx/graph.js';
import type { Occupied } from '../encoder.js';
import { unfold } from '../layers.js';
import type { Module } from '../module.js';
import type { TextInputs } from './family.js';

/** What a stack of blocks reads of a batch of texts. */
export interface EmbeddedTokens {
  /** [rows, width] */
  readonly rows: Value;
  /** int64 [3]: batch, columns, width. */
  readonly shape: Value;
  readonly occupied: Occupied;
}

/** Token plus position embeddings of the columns that hold a token. */
export function embedTokens(
  module: Module,
  text: TextEncoderArchitecture,
  inputs: TextInputs,
): EmbeddedTokens {
  const occupied = occupiedColumns(module.child('occupied'), inputs);
  const held = (place: Module, columns: Value, ...row: number[]) => {
    const flat = place.node('Reshape', [columns, place.graph.constant('int64', [-1, ...row])]);
    return place.node('Gather', [flat, occupied.columns], { axis: int(0) });
  };
  const tokens = held(module.child('token_embedding'), inputs.tokens, text.width);
  const place = module.child('position_embedding');
  const positions = held(place.child('indices'), inputs.positions);
  const rows = module.node('Add', [
    tokens,
    place.precision.embedding(place, place.reference('weight'), positions),
  ]);
  const shape = module.node(
    'Concat',
    [module.node('Shape', [inputs.positions]), module.graph.constant('int64', [text.width])],
    { axis: int(0) },
  );
  return { rows, shape, occupied };
}

/**
 * The columns that are keys, and the last of each item, which is read though it may be hidden as a key. What lies
 * between them fills up shorter texts.
 */
function occupiedColumns(module: Module, { positions, keyMask }: TextInputs): Occupied {
  const { graph } = module;
  const vector = (...values: number[]) => graph.constant('int64', values);
  const keys = module.node('Slice', [keyMask, vector(0), vector(-1), vector(1)]);
  const held = module.node('Pad', [keys, vector(0, 0, 0, 1), graph.constant('int32', [1], [])]);
  const flat = module.node('Reshape', [held, vector(-1)]);
  const counts = module.node('CumSum', [flat, graph.constant('int64', [0], [])]);
  const rows = module.node('Sub', [counts, graph.constant('int32', [1], [])]);
  const last = module.child('last');
  const byItem = last.node('Reshape', [rows, last.node('Shape', [positions])]);
  return {
    columns: module.child('columns').node('Reshape', [module.node('NonZero', [flat]), vector(-1)]),
    rows,
    last: last.node('Gather', [byItem, graph.constant('int64', [-1], [])], { axis: int(1) }),
  };
}

/** Patch embeddings [batch, patches, width]: a convolution whose stride is its kernel, hence a matrix product. */
export function embedPatches(
  module: Module,
  image: ImageEncoderArchitecture,
  patches: Value,
  options: { readonly bias: boolean },
): Value {
  const { width, patch } = image;
  const place = module.child('patch_embedding');
  const weight = place.reference('weight', { shape: [width, 3 * patch * patch] });
  const parameters = options.bias ? { weight, bias: place.reference('bias') } : { weight };
  const rows = place.precision.linear(place, patches, parameters);
  return unfold(place, rows, patchCount(image), width);
}

/** One row [1, 1, width] repeated for each item of `like` [batch, ...]: [batch, 1, width]. */
export function repeatForBatch(module: Module, row: Value, like: Value, width: number): Value {
  const batch = module.node('Shape', [like], { start: int(0), end: int(1) });
  const shape = module.node('Concat', [batch, module.graph.constant('int64', [1, width])], { axis: int(0) });
  return module.node('Expand', [row, shape]);
}
