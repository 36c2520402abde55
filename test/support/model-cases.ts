import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { openSafetensors, type SafetensorsFile } from '../../lib/checkpoint/safetensors/file.js';
import { readTensor } from '../../lib/checkpoint/safetensors/read-tensor.js';
import { fixture } from './project-root.js';

/** The checkpoints in `test/fixtures/models`. */
export const MODEL_FIXTURES = [
  'siglip-tiny',
  'siglip-odd',
  'siglip-bf16',
  'clip-tiny',
  'clip-f16',
  'clip-mtl',
  'clip-mtl-hidden',
  'clip-mtl-flat',
] as const;

/** What goes into a model, and what PyTorch answered. See `test/fixtures/README.md`. */
export interface ModelCase {
  readonly id: string;
  /** Without padding, special tokens included. */
  readonly tokenIds: Int32Array;
  /** [size, size, 3] */
  readonly pixels: Uint8Array;
  /** 1 or 0. */
  readonly textPresent: number;
  readonly imagePresent: number;
  readonly textFeatures: Float32Array;
  readonly imageFeatures: Float32Array;
  readonly logits: Float32Array;
  readonly probabilities: Float32Array;
}

export async function readModelCases(model: string): Promise<ModelCase[]> {
  const { cases } = JSON.parse(readFileSync(fixture('models', model, 'cases.json'), 'utf8')) as {
    cases: { id: string }[];
  };
  const file = await openSafetensors(fixture('models', model, 'cases.safetensors'));
  const table = async (name: string) => rowsOf(await readTensor(file, name), cases.length);
  const ids = rowsOf(readIntegers(file, 'input_ids'), cases.length);
  const mask = rowsOf(readIntegers(file, 'attention_mask'), cases.length);
  const pixels = rowsOf(gunzipSync(readFileSync(fixture('models', model, 'pixels.rgb.gz'))), cases.length);
  const present = {
    text: await readTensor(file, 'text_present'),
    image: await readTensor(file, 'image_present'),
  };
  const features = { text: await table('text_features'), image: await table('image_features') };
  const [logits, probabilities] = [await table('logits'), await table('probabilities')];
  return cases.map(({ id }, index) => ({
    id,
    tokenIds: at(ids, index).filter((_, column) => at(mask, index)[column] === 1),
    pixels: at(pixels, index),
    textPresent: at(present.text, index),
    imagePresent: at(present.image, index),
    textFeatures: at(features.text, index),
    imageFeatures: at(features.image, index),
    logits: at(logits, index),
    probabilities: at(probabilities, index),
  }));
}

/** An I64 tensor, whose values are small. */
function readIntegers(file: SafetensorsFile, name: string): Int32Array {
  const { byteOffset = 0, byteLength = 0 } = file.tensors.get(name) ?? {};
  const bytes = readFileSync(file.path).subarray(byteOffset, byteOffset + byteLength);
  return Int32Array.from(new BigInt64Array(new Uint8Array(bytes).buffer), Number);
}

/** Equal rows of a table. */
function rowsOf<Table extends { length: number; subarray(start: number, end: number): Table }>(
  table: Table,
  count: number,
): Table[] {
  const width = table.length / count;
  return Array.from({ length: count }, (_, row) => table.subarray(row * width, (row + 1) * width));
}

function at<T>(values: ArrayLike<T>, index: number): T {
  const value = values[index];
  if (value === undefined) throw new RangeError(`There is no row ${index} among ${values.length}`);
  return value;
}
