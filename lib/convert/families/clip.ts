/** CLIP: `CLIPModel`, or `CLIPTextModel` and `CLIPVisionModel`, of transformers, models/clip/modeling_clip.py. */
import { type Architecture, type HeadArchitecture, patchCount } from '../../checkpoint/architecture.js';
import { int } from '../../onnx/attribute.js';
import type { Value } from '../../onnx/graph.js';
import { encoderBlocks } from '../encoder.js';
import { flatten, layerNorm, linear } from '../layers.js';
import type { Module } from '../module.js';
import { embedPatches, embedTokens, repeatForBatch } from './embeddings.js';
import { encoderModule, type FamilyEncoders, type TextInputs } from './family.js';

export const clip: FamilyEncoders = { pooling: 'end-of-text', textFeatures, imageFeatures };

/**
 * Causal; pools the end-of-text token. It keeps its position id when it moves to the last column: being causal, the
 * tokens before it never saw it, and the pads that come to lie between are masked as keys.
 */
function textFeatures(root: Module, { text, head }: Architecture, inputs: TextInputs): Value {
  const model = encoderModule(root, text);
  const { rows, ...columns } = embedTokens(model.child('embeddings'), text, inputs);
  const options = { ...columns, keyMask: inputs.keyMask, causal: true, pooled: -1 };
  const pooled = encoderBlocks(model, rows, text, options);
  const normed = layerNorm(model.child('final_layer_norm'), pooled, text.layerNormEps);
  return projected(root.child('backbone.text_projection'), normed, head);
}

/** Pools the class token, column 0. */
function imageFeatures(root: Module, { image, head }: Architecture, patches: Value): Value {
  const model = encoderModule(root, image);
  const { width } = image;
  const place = model.child('embeddings');
  const embedded = embedPatches(place, image, patches, { bias: false });
  const classToken = place.parameter('class_embedding', { shape: [1, 1, width] });
  const classTokens = repeatForBatch(place.child('class_embedding'), classToken, embedded, width);
  const tokens = place.node('Concat', [classTokens, embedded], { axis: int(1) });
  const positioned = place.node('Add', [tokens, place.parameter('position_embedding.weight')]);

  const rows = layerNorm(model.child('pre_layrnorm'), flatten(place, positioned, width), image.layerNormEps);
  const shape = place.graph.constant('int64', [-1, patchCount(image) + 1, width]);
  const pooled = encoderBlocks(model, rows, image, { shape, pooled: 0 });
  const normed = layerNorm(model.child('post_layernorm'), pooled, image.layerNormEps);
  return projected(root.child('backbone.visual_projection'), normed, head);
}

/** The fusion head reads projected features, the multi-task head those before the projection. */
function projected(module: Module, features: Value, head: HeadArchitecture): Value {
  return head.kind === 'fusion' ? linear(module, features, { bias: false }) : features;
}
