/** Token, position and patch embeddings: the same in both families, under the same names. */
import {
  type ImageEncoderArchitecture,
  patchCount,
  type TextEncoderArchitecture,
} from '../../checkpoint/architecture.js';
import { int } from '../../onnx/attribute.js';
import type { Value } from '../../onnx/graph.js';
import { flatten, unfold } from '../layers.js';
import type { Module } from '../module.js';
import type { TextInputs } from './family.js';

/** Token plus position embeddings. */
export function embedTokens(
  module: Module,
  text: TextEncoderArchitecture,
  { ids, positions }: TextInputs,
): { readonly rows: Value; readonly shape: Value } {
  const lookUp = (name: string, indices: Value) => {
    const place = module.child(name);
    return place.precision.embedding(place, place.reference('weight'), indices);
  };
  const sum = module.node('Add', [lookUp('token_embedding', ids), lookUp('position_embedding', positions)]);
  return { rows: flatten(module, sum, text.width), shape: module.node('Shape', [sum]) };
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
