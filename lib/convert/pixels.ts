/** From pixels to the rows that the patch embedding multiplies. */
import { int, ints } from '../onnx/attribute.js';
import type { Value } from '../onnx/graph.js';
import { DATA_TYPES } from '../onnx/tensor.js';
import { flatten } from './layers.js';
import type { Module } from './module.js';

export interface Normalization {
  /** By channel, of values from 0 to 1. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/**
 * uint8 [..., 3, height, width] to float32 (x / 255 - mean) / std: torchvision's `to_tensor` and `normalize`, in their
 * order of operations and in float32, so that the result is equal bit for bit.
 */
export function normalize(module: Module, pixels: Value, { mean, std }: Normalization): Value {
  const perChannel = (values: readonly number[]) => module.graph.constant('float32', values, [3, 1, 1]);
  const bytes = module.node('Cast', [pixels], { to: int(DATA_TYPES.float32) });
  const scaled = module.child('rescale').node('Div', [bytes, module.graph.constant('float32', [255], [])]);
  const centred = module.child('mean').node('Sub', [scaled, perChannel(mean)]);
  return module.child('std').node('Div', [centred, perChannel(std)]);
}

/**
 * Cuts pixels [batch, size, size, 3] into squares of `patch`, row by row, each laid out [3, patch, patch] as a
 * convolution's weight is: uint8 [batch, rows, columns, 3, patch, patch]. A remainder at the right and bottom is
 * dropped, as a convolution without padding does.
 */
export function cutPatches(module: Module, pixels: Value, size: number, patch: number): Value {
  const { graph } = module;
  const edge = Math.floor(size / patch);
  const vector = (...values: number[]) => graph.constant('int64', values);
  const whole =
    edge * patch === size
      ? pixels
      : module.node('Slice', [pixels, vector(0, 0), vector(edge * patch, edge * patch), vector(1, 2)]);
  // Two steps that move one axis each take a tenth of one that moves all: the runtime then copies blocks, not bytes.
  const lines = module.node('Reshape', [whole, vector(-1, patch, edge, 3 * patch)]);
  const squares = module.node('Transpose', [lines], { perm: ints(0, 2, 1, 3) });
  const channels = module.child('channels');
  const interleaved = channels.node('Reshape', [squares, vector(-1, patch * patch, 3)]);
  const planar = channels.node('Transpose', [interleaved], { perm: ints(0, 2, 1) });
  return module.child('planar').node('Reshape', [planar, vector(-1, edge, edge, 3, patch, patch)]);
}

/** Normalised patches as rows: float32 [batch · patches, 3 · patch²]. */
export function patchRows(
  module: Module,
  pixels: Value,
  { size, patch }: { readonly size: number; readonly patch: number },
  normalization: Normalization,
): Value {
  const patches = cutPatches(module.child('patches'), pixels, size, patch);
  return flatten(module, normalize(module.child('normalize'), patches, normalization), 3 * patch * patch);
}
