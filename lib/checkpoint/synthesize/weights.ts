import { elementCount } from '../../numeric/element-count.js';
import { Random } from '../../numeric/random.js';
import { expectedTensors } from '../architecture/expected-tensors.js';
import type { Architecture, Shape } from '../architecture.js';
import { type TensorToWrite, type WriteOptions, writeSafetensors } from '../safetensors/write.js';
import { NO_OUTLIERS, plantOutliers, type Scales } from './outliers.js';
import { type Recipe, recipeFor } from './recipe.js';

export interface WeightsOptions extends Pick<WriteOptions, 'onProgress' | 'signal'> {
  readonly seed: number;
  readonly outliers: boolean;
}

/** A megabyte of float32 values takes a few milliseconds to make. */
const CHUNK_ELEMENTS = 256 * 1024;

/** Writes every tensor of the architecture as float32, in constant memory. The same seed gives the same bytes. */
export async function writeRandomWeights(
  path: string,
  architecture: Architecture,
  options: WeightsOptions,
): Promise<void> {
  const { seed } = options;
  const outliers = options.outliers ? plantOutliers(architecture, seed) : NO_OUTLIERS;
  const tensors = [...expectedTensors(architecture)].map(([name, shape]): TensorToWrite => {
    const recipe = recipeFor(name, shape, architecture.head.kind);
    // A generator of its own for each tensor: its values do not depend on the others.
    const data = () => randomChunks(shape, recipe, new Random(`${seed}/${name}`), outliers.get(name));
    return { name, dtype: 'F32', shape, data };
  });
  await writeSafetensors(path, tensors, options);
}

/** Whole rows at a time, in one buffer that is filled anew for each chunk. */
function* randomChunks(
  shape: Shape,
  { mean, standardDeviation }: Recipe,
  random: Random,
  scales: Scales | undefined,
): Generator<Uint8Array> {
  const rows = shape[0] ?? 1;
  const columns = elementCount(shape.slice(1));
  const rowsPerChunk = Math.max(1, Math.floor(CHUNK_ELEMENTS / columns));
  const buffer = new Float32Array(Math.min(rows, rowsPerChunk) * columns);
  for (let row = 0; row < rows; row += rowsPerChunk) {
    const values = buffer.subarray(0, Math.min(rows - row, rowsPerChunk) * columns);
    random.fillNormal(values, standardDeviation);
    if (mean !== 0)
      for (let index = 0; index < values.length; index++) values[index] = mean + (values[index] as number);
    if (scales) scale(values, row, columns, scales);
    yield new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  }
}

function scale(values: Float32Array, firstRow: number, columns: number, scales: Scales): void {
  const rows = values.length / columns;
  for (const [row, factor] of scales.rows) {
    const start = (row - firstRow) * columns;
    if (row < firstRow || row >= firstRow + rows) continue;
    for (let index = start; index < start + columns; index++)
      values[index] = (values[index] as number) * factor;
  }
  for (const [column, factor] of scales.columns) {
    for (let index = column; index < values.length; index += columns) {
      values[index] = (values[index] as number) * factor;
    }
  }
}
