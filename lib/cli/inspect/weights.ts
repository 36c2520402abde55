import { basename } from 'node:path';
import type { Architecture } from '../../checkpoint/architecture.js';
import type { SafetensorsFile } from '../../checkpoint/safetensors/file.js';
import { elementCount } from '../../numeric/element-count.js';
import type { WeightsSummary } from './inspection.js';

/** Counts what a safetensors file holds, from its header alone. */
export function summarizeWeights(file: SafetensorsFile, architecture: Architecture | null): WeightsSummary {
  const dtypes: Record<string, number> = {};
  const parts: Record<string, number> =
    architecture === null ? {} : { 'text encoder': 0, 'image encoder': 0, head: 0, unused: 0 };
  let parameters = 0;
  for (const { name, dtype, shape } of file.tensors.values()) {
    const elements = elementCount(shape);
    parameters += elements;
    dtypes[dtype] = (dtypes[dtype] ?? 0) + elements;
    if (architecture === null) continue;
    const part = partOf(name, architecture);
    parts[part] = (parts[part] ?? 0) + elements;
  }
  return {
    file: basename(file.path),
    bytes: file.bytes,
    tensors: file.tensors.size,
    parameters,
    dtypes,
    parts,
    metadata: Object.fromEntries(file.metadata),
  };
}

function partOf(name: string, { text, image }: Architecture): string {
  if (name.startsWith(image.prefix) || name === 'backbone.visual_projection.weight') return 'image encoder';
  if (name.startsWith(text.prefix) || name === 'backbone.text_projection.weight') return 'text encoder';
  return /^backbone\.logit_|^log_vars$/.test(name) ? 'unused' : 'head';
}
