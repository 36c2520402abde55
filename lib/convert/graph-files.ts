import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Architecture } from '../checkpoint/architecture.js';
import type { WriteOptions } from '../checkpoint/safetensors/write.js';
import { WEIGHTS_FILE } from '../checkpoint/weights-file.js';
import { encodeModel } from '../onnx/encode.js';
import type { DataType } from '../onnx/tensor.js';
import type { TokenTableSpec } from '../text/token-table.js';
import { headGraph, imageGraph, textGraph, tokenTable } from './graphs.js';
import type { Normalization } from './pixels.js';
import type { Precision, StoredTable } from './precision/precision.js';
import { STORED_DTYPES, type StoredWeights } from './precision/stored-weights.js';

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

/** Writes the graphs, and tells where the table lies that they leave out. */
export async function writeGraphs(
  folder: string,
  architecture: Architecture,
  { encoders, head }: GraphPrecisions,
  normalization: Normalization,
): Promise<TokenTableSpec> {
  const graphs = {
    textGraph: textGraph(architecture, encoders),
    imageGraph: imageGraph(architecture, encoders, normalization),
    headGraph: headGraph(architecture, head),
  };
  for (const [kind, file] of Object.entries(GRAPH_FILES)) {
    await writeFile(join(folder, file), encodeModel(graphs[kind as keyof typeof GRAPH_FILES]));
  }
  return tableSpec(tokenTable(architecture, encoders));
}

export function tableSpec({ values, scales }: StoredTable): TokenTableSpec {
  const [rows = 0, width = 0] = values.shape;
  const dtypes: Partial<Record<DataType, TokenTableSpec['dtype']>> = STORED_DTYPES;
  const dtype = dtypes[values.type];
  if (dtype === undefined) throw new Error(`A table of ${values.type}`);
  return { dtype, rows, width, offset: values.offset, scales: scales?.offset ?? null };
}

/** Writes graphs and, before they can be right, the weights that they ask of `store`. */
export async function writeStored(
  folder: string,
  architecture: Architecture,
  precisions: GraphPrecisions,
  store: StoredWeights,
  { normalization, ...options }: WriteOptions & { readonly normalization: Normalization },
): Promise<TokenTableSpec> {
  await writeGraphs(folder, architecture, precisions, normalization);
  await store.write(join(folder, WEIGHTS_FILE), options);
  return writeGraphs(folder, architecture, precisions, normalization);
}
