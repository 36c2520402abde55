import type { Architecture } from '../../checkpoint/architecture.js';
import type { TextSpec } from '../../checkpoint/manifest.js';
import type { Value } from '../../onnx/graph.js';
import type { Module } from '../module.js';

/** Inputs of a text encoder; the column to pool is the last one. Both others are int32 [batch, length]. */
export interface TextInputs {
  /** Token embeddings, float32 [batch, length, width]. */
  readonly tokens: Value;
  readonly positions: Value;
  /** 1 where a column serves as key, 0 where it is padding. */
  readonly keyMask: Value;
}

/** What tells one family of dual encoders from another. `root` is the model's root; features are [batch, featureWidth]. */
export interface FamilyEncoders {
  /** Which token stands in the last column. */
  readonly pooling: TextSpec['pooling'];
  textFeatures(root: Module, architecture: Architecture, inputs: TextInputs): Value;
  /** @param patches Normalised patches as rows, float32 [batch · patches, 3 · patch²]. */
  imageFeatures(root: Module, architecture: Architecture, patches: Value): Value;
}

/** The place of an encoder, whose prefix ends in a dot. */
export function encoderModule(root: Module, encoder: { readonly prefix: string }): Module {
  return root.child(encoder.prefix.replace(/\.$/, ''));
}
