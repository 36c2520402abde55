/** Puts the weights into a pack: one safetensors file, all float32, whose tensors the graphs name as byte ranges. */
import { realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { linkOrCopy } from '../checkpoint/pack/link-or-copy.js';
import type { SafetensorsFile } from '../checkpoint/safetensors/file.js';
import type { StoredTensor } from '../checkpoint/safetensors/header.js';
import { readElements } from '../checkpoint/safetensors/read-tensor.js';
import { type TensorToWrite, writeSafetensors } from '../checkpoint/safetensors/write.js';
import { WEIGHTS_FILE } from '../checkpoint/weights-file.js';
import { elementCount } from '../numeric/element-count.js';
import type { ExternalTensor } from '../onnx/tensor.js';

export interface PlaceOptions {
  /** What to do where the checkpoint cannot be hard-linked; see `linkOrCopy`. */
  readonly otherwise: 'symlink' | 'copy';
  /** Told while weights are widened. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Places the tensors `names` in `folder`, as `model.safetensors`: the checkpoint's own file, linked, where they are
 * float32. Otherwise a new file with every half-precision value widened, which is exact.
 */
export async function placeWeights(
  checkpoint: Checkpoint,
  names: readonly string[],
  folder: string,
  options: PlaceOptions,
): Promise<ReadonlyMap<string, ExternalTensor>> {
  const { weights } = checkpoint;
  const target = join(folder, WEIGHTS_FILE);
  if (names.some((name) => weights.tensors.get(name)?.dtype !== 'F32')) {
    const layout = await writeSafetensors(target, widen(weights, names), options);
    return externalTensors(layout.tensors);
  }
  const otherwise = (await survivesSymlink(weights.path)) ? options.otherwise : 'copy';
  await linkOrCopy(weights.path, target, { otherwise });
  return externalTensors(weights.tensors);
}

/** ONNX Runtime looks for the name that the graphs state in the folder where the bytes really are. */
async function survivesSymlink(path: string): Promise<boolean> {
  return basename(await realpath(path)) === WEIGHTS_FILE;
}

function externalTensors(tensors: ReadonlyMap<string, StoredTensor>): Map<string, ExternalTensor> {
  const float32 = [...tensors.values()].filter(({ dtype }) => dtype === 'F32');
  return new Map(
    float32.map(({ name, shape, byteOffset }) => [
      name,
      { type: 'float32', shape, location: WEIGHTS_FILE, offset: byteOffset },
    ]),
  );
}

/** Elements that are held in memory at a time: 4 MB of float32. */
const CHUNK = 1024 * 1024;

function widen(weights: SafetensorsFile, names: readonly string[]): TensorToWrite[] {
  return names.map((name) => {
    const shape = weights.tensors.get(name)?.shape ?? [];
    return { name, dtype: 'F32', shape, data: () => widenedChunks(weights, name, elementCount(shape)) };
  });
}

async function* widenedChunks(
  weights: SafetensorsFile,
  name: string,
  count: number,
): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < count; from += CHUNK) {
    const values = await readElements(weights, name, from, Math.min(from + CHUNK, count));
    yield new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  }
}
