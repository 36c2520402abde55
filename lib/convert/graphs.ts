/** The three graphs of a pack: their inputs, outputs and names are those that the manifest's schema states. */
import type { Architecture } from '../checkpoint/architecture.js';
import type { Family } from '../checkpoint/manifest.js';
import { Graph } from '../onnx/graph.js';
import { clip } from './families/clip.js';
import type { FamilyEncoders } from './families/family.js';
import { siglip } from './families/siglip.js';
import { fusionHead } from './heads/fusion.js';
import { multitaskHead } from './heads/multitask.js';
import { Module } from './module.js';
import { type Normalization, patchRows } from './pixels.js';
import type { Precision, StoredTable } from './precision/precision.js';

export const FAMILY_ENCODERS: Readonly<Record<Family, FamilyEncoders>> = { siglip, clip };

/** The table of token embeddings, which is read outside of the graphs. */
export function tokenTable({ text }: Architecture, precision: Precision): StoredTable {
  return precision.table({ name: `${text.prefix}embeddings.token_embedding.weight` });
}

/**
 * `token_embeddings` float32 [batch, length, width], `position_ids` and `key_mask` int32 [batch, length] to
 * `text_features` float32 [batch, featureWidth].
 */
export function textGraph(architecture: Architecture, precision: Precision): Graph {
  const graph = new Graph('text_encoder');
  const inputs = {
    tokens: graph.input('token_embeddings', 'float32', ['batch', 'length', architecture.text.width]),
    positions: graph.input('position_ids', 'int32', ['batch', 'length']),
    keyMask: graph.input('key_mask', 'int32', ['batch', 'length']),
  };
  const { textFeatures } = FAMILY_ENCODERS[architecture.family];
  const features = textFeatures(new Module(graph, precision), architecture, inputs);
  graph.output('text_features', features, 'float32', ['batch', architecture.text.featureWidth]);
  return graph;
}

/** `pixels` uint8 [batch, size, size, 3] to `image_features` float32 [batch, featureWidth]. */
export function imageGraph(
  architecture: Architecture,
  precision: Precision,
  normalization: Normalization,
): Graph {
  const graph = new Graph('image_encoder');
  const { family, image } = architecture;
  const pixels = graph.input('pixels', 'uint8', ['batch', image.size, image.size, 3]);
  const root = new Module(graph, precision);
  const patches = patchRows(root.child('preprocessing'), pixels, image, normalization);
  const features = FAMILY_ENCODERS[family].imageFeatures(root, architecture, patches);
  graph.output('image_features', features, 'float32', ['batch', image.featureWidth]);
  return graph;
}

/**
 * `text_features` and `image_features` [batch, featureWidth], `text_present` and `image_present` [batch], all float32, to
 * `logits` float32 [batch, classes].
 *
 * Features of an absent modality change no logit as long as the other one is present: the fusion head multiplies them by
 * zero, the multi-task head chooses the other's branch. So their encoder need not run, and zeros stand for them.
 */
export function headGraph({ text, image, head }: Architecture, precision: Precision): Graph {
  const graph = new Graph('head');
  const inputs = {
    text: graph.input('text_features', 'float32', ['batch', text.featureWidth]),
    image: graph.input('image_features', 'float32', ['batch', image.featureWidth]),
    textPresent: graph.input('text_present', 'float32', ['batch']),
    imagePresent: graph.input('image_present', 'float32', ['batch']),
  };
  const root = new Module(graph, precision);
  const logits = head.kind === 'fusion' ? fusionHead(root, inputs) : multitaskHead(root, head, inputs);
  graph.output('logits', logits, 'float32', ['batch', head.classes]);
  return graph;
}
