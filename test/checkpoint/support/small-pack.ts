import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST_FORMAT, type Manifest } from '../../../lib/checkpoint/manifest.js';
import { hashFiles } from '../../../lib/checkpoint/pack/hash-file.js';
import { writeManifest } from '../../../lib/checkpoint/pack/write-manifest.js';
import { temporaryFolder } from './temporary-folder.js';

export const PACK_FILES = [
  'text.onnx',
  'image.onnx',
  'head.onnx',
  'model.safetensors',
  'tokenizer.json',
  'rows.crc32',
];

/** A pack whose files hold a few bytes each: enough for everything but running it. */
export async function smallPack(): Promise<{ folder: string; manifest: Manifest; hash: string }> {
  const folder = await temporaryFolder();
  for (const name of PACK_FILES) await writeFile(join(folder, name), `content of ${name}`);
  const manifest: Manifest = {
    format: MANIFEST_FORMAT,
    name: 'small',
    demonstration: true,
    family: 'siglip',
    precision: 'fp32',
    classNames: ['a', 'b'],
    thresholds: [0.5, 0.25],
    text: {
      graph: 'text.onnx',
      tokenizer: 'tokenizer.json',
      maxTokens: 64,
      eosId: 1,
      bosId: null,
      padId: 0,
      pooling: 'final-position',
      keyMask: true,
      lowercase: false,
      width: 8,
      vocabularySize: 100,
    },
    image: {
      graph: 'image.onnx',
      size: 224,
      geometry: 'short-edge-crop',
      filter: 'bilinear',
      mean: [0.5, 0.5, 0.5],
      std: [0.5, 0.5, 0.5],
      width: 8,
    },
    head: { kind: 'fusion', graph: 'head.onnx' },
    weights: 'model.safetensors',
    tokenTable: { dtype: 'F32', rows: 2, width: 1, offset: 8, scales: null, checksums: 'rows.crc32' },
    inferred: [],
    files: await hashFiles(folder, PACK_FILES),
  };
  return { folder, manifest, hash: await writeManifest(folder, manifest) };
}
