/** SigLIP and SigLIP2 (fixed resolution): `SiglipModel` of transformers, models/siglip/modeling_siglip.py. */
import {
  type Architecture,
  type ImageEncoderArchitecture,
  patchCount,
} from '../../checkpoint/architecture.js';
import type { Value } from '../../onnx/graph.js';
import { attention, encoderBlocks } from '../encoder.js';
import { flatten, layerNorm, linear, mlp, unfold } from '../layers.js';
import type { Module } from '../module.js';
import { embedPatches, embedTokens, repeatForBatch } from './embeddings.js';
import { encoderModule, type FamilyEncoders, type TextInputs } from './family.js';

export const siglip: FamilyEncoders = { pooling: 'final-position', textFeatures, imageFeatures };

/**
 * Bidirectional; pools the token at the final position, a pad unless the text fills it. That pad only queries: masked as
 * a key, it is seen by no other column. So are the pads between the text and it, which therefore need not exist.
 */
function textFeatures(root: Module, { text }: Architecture, inputs: TextInputs): Value {
  const model = encoderModule(root, text);
  const { rows, ...columns } = embedTokens(model.child('embeddings'), text, inputs);
  const pooled = encoderBlocks(model, rows, text, { ...columns, keyMask: inputs.keyMask, pooled: -1 });
  return linear(model.child('head'), layerNorm(model.child('final_layer_norm'), pooled, text.layerNormEps));
}

function imageFeatures(root: Module, { image }: Architecture, patches: Value): Value {
  const model = encoderModule(root, image);
  const { width } = image;
  const place = model.child('embeddings');
  const embedded = embedPatches(place, image, patches, { bias: true });
  const positioned = place.node('Add', [embedded, place.parameter('position_embedding.weight')]);
  const rows = encoderBlocks(model, flatten(place, positioned, width), image, {
    shape: place.graph.constant('int64', [-1, patchCount(image), width]),
  });
  return attentionPooling(
    model.child('head'),
    image,
    layerNorm(model.child('post_layernorm'), rows, image.layerNormEps),
  );
}

/** `SiglipMultiheadAttentionPoolingHead`: a learned probe attends to all patches; there is no residual from the probe. */
function attentionPooling(module: Module, image: ImageEncoderArchitecture, rows: Value): Value {
  const { width } = image;
  const place = module.child('attention');
  const project = (name: string, source: Value, third: 0 | 1 | 2) => {
    const rows = [third * width, (third + 1) * width] as const;
    return place.precision.linear(place.child(name), source, {
      weight: place.reference('in_proj_weight', { rows }),
      bias: place.reference('in_proj_bias', { rows }),
    });
  };
  const probe = project('query', module.parameter('probe', { shape: [1, width] }), 0);
  const keys = unfold(place.child('key'), project('key', rows, 1), patchCount(image), width);
  const values = unfold(place.child('value'), project('value', rows, 2), patchCount(image), width);
  const queries = repeatForBatch(place.child('query'), probe, keys, width);

  const context = attention(place, [queries, keys, values], image.heads);
  const attended = linear(place.child('out_proj'), flatten(place, context, width));
  const normed = layerNorm(module.child('layernorm'), attended, image.layerNormEps);
  return module.node('Add', [attended, mlp(module.child('mlp'), normed, image.activation)]);
}
