import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Architecture } from '../checkpoint/architecture.js';
import type { WriteOptions } from '../checkpoint/safetensors/write.js';
import { WEIGHTS_FILE } from '../checkpoint/weights-file.js';
import { encodeModel } from '../onnx/encode.js';
import { headGraph, imageGraph, textGraph } from './graphs.js';
import type { Normalization } from './pixels.js';
import type { Precision } from './precision/precision.js';
import type { StoredWeights } from './precision/stored-weights.js';

/** Names of a pack's graphs, beside its manifest. */
export const GRAPH_FILES = {
  textGraph: 'text-encoder.onnx',
  imageGraph: 'image-encoder.onnx',
  headGraph: 'head.onnx',
} as const;

export interface GraphPrecisions {
  readonly encoders: Precision;
  readonly head: Precision;
}

export async function writeGraphs(
  folder: string,
  architecture: Architecture,
  { encoders, head }: GraphPrecisions,
  normalization: Normalization,
): Promise<void> {
  const graphs = {
    textGraph: textGraph(architecture, encoders),
    imageGraph: imageGraph(architecture, encoders, normalization),
    headGraph: headGraph(architecture, head),
  };
  for (const [kind, file] of Object.entries(GRAPH_FILES)) {
    await writeFile(join(folder, file), encodeModel(graphs[kind as keyof typeof GRAPH_FILES]));
  }
}

/** Writes graphs and, before they can be right, the weights that they ask of `store`. */
export async function writeStored(
  folder: string,
  architecture: Architecture,
  precisions: GraphPrecisions,
  store: StoredWeights,
  { normalization, ...options }: WriteOptions & { readonly normalization: Normalization },
): Promise<void> {
  await writeGraphs(folder, architecture, precisions, normalization);
  await store.write(join(folder, WEIGHTS_FILE), options);
  await writeGraphs(folder, architecture, precisions, normalization);
}
