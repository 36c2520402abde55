import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Architecture } from '../checkpoint/architecture.js';
import { encodeModel } from '../onnx/encode.js';
import { headGraph, imageGraph, textGraph } from './graphs.js';
import type { Normalization } from './pixels.js';
import type { Precision } from './precision/precision.js';

/** Names of a pack's graphs, beside its manifest. */
export const GRAPH_FILES = {
  textGraph: 'text-encoder.onnx',
  imageGraph: 'image-encoder.onnx',
  headGraph: 'head.onnx',
} as const;

export async function writeGraphs(
  folder: string,
  architecture: Architecture,
  precision: Precision,
  normalization: Normalization,
): Promise<void> {
  const graphs = {
    textGraph: textGraph(architecture, precision),
    imageGraph: imageGraph(architecture, precision, normalization),
    headGraph: headGraph(architecture, precision),
  };
  for (const [kind, file] of Object.entries(GRAPH_FILES)) {
    await writeFile(join(folder, file), encodeModel(graphs[kind as keyof typeof GRAPH_FILES]));
  }
}
