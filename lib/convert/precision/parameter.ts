/** Names and values of parameters, as checkpoints store them. */

import type { Shape } from '../../checkpoint/architecture.js';
import type { SafetensorsFile } from '../../checkpoint/safetensors/file.js';
import { readElements } from '../../checkpoint/safetensors/read-tensor.js';
import { elementCount } from '../../numeric/element-count.js';
import type { Parameter } from './precision.js';

/** What a graph and a pack call a parameter: `in_proj_weight`, or `in_proj_weight[0:768]` for some of its rows. */
export function parameterKey({ name, rows }: Parameter): string {
  return rows === undefined ? name : `${name}[${rows.join(':')}]`;
}

/** Its values as float32, row-major. */
export async function readParameter(weights: SafetensorsFile, parameter: Parameter): Promise<Float32Array> {
  const { name, rows } = parameter;
  const [count = 1, ...row] = storedShape(weights, name);
  const size = elementCount(row);
  const [start, end] = rows ?? [0, count];
  return readElements(weights, name, start * size, end * size);
}

/** Its shape in a graph: that of the rows named, or the one that is asked for. */
export function parameterShape(weights: SafetensorsFile, { name, rows, shape }: Parameter): Shape {
  if (shape !== undefined) return shape;
  const stored = storedShape(weights, name);
  return rows === undefined ? stored : [rows[1] - rows[0], ...stored.slice(1)];
}

function storedShape(weights: SafetensorsFile, name: string): Shape {
  const tensor = weights.tensors.get(name);
  if (tensor === undefined) throw new Error(`The weights have no '${name}'`);
  return tensor.shape;
}
