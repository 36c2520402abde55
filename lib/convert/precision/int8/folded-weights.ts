import type { SafetensorsFile } from '../../../checkpoint/safetensors/file.js';
import { parameterKey, readParameter } from '../parameter.js';
import type { Parameter } from '../precision.js';
import type { Folding } from './plan.js';

/** Parameters of a checkpoint after folding: other numbers, the same answers. */
export class FoldedWeights {
  readonly file: SafetensorsFile;
  readonly #folding: Folding;

  constructor(file: SafetensorsFile, folding: Folding) {
    this.file = file;
    this.#folding = folding;
  }

  /** A norm's gain or bias, a linear layer's bias, or any other parameter whose columns no fold multiplies. */
  async values(parameter: Parameter): Promise<Float32Array> {
    const values = await readParameter(this.file, parameter);
    const divisors = this.#folding.divisors.get(parameterKey(parameter));
    if (divisors !== undefined) scaleRows(values, divisors.map((divisor) => 1 / divisor));
    return values;
  }

  /** The weight [outputs, inputs] of the linear layer at `path`. */
  async linear(path: string, weight: Parameter): Promise<Float32Array> {
    const values = await this.values(weight);
    const multipliers = this.#folding.multipliers.get(path);
    if (multipliers !== undefined) scaleColumns(values, multipliers);
    return values;
  }
}

/** @param values [factors.length, …] */
function scaleRows(values: Float32Array, factors: Float32Array): void {
  const size = values.length / factors.length;
  for (let index = 0; index < values.length; index++) {
    values[index] = (values[index] as number) * (factors[Math.floor(index / size)] as number);
  }
}

/** @param values [rows, factors.length] */
function scaleColumns(values: Float32Array, factors: Float32Array): void {
  const columns = factors.length;
  for (let start = 0; start < values.length; start += columns) {
    for (let column = 0; column < columns; column++) {
      values[start + column] = (values[start + column] as number) * (factors[column] as number);
    }
  }
}
