import type { SafetensorsFile } from '../../checkpoint/safetensors/file.js';
import { parameterKey, readParameter } from './parameter.js';
import type { Parameter } from './precision.js';

/** Factors that move between parameters: other numbers, the same answers. See int8/folds.ts. */
export interface Folding {
  /** Factors of what a parameter's first axis stands for, by parameter key: they divide it. */
  readonly divisors: ReadonlyMap<string, Float32Array>;
  /** Factors of a linear layer's input channels, by its path: they multiply its weight's columns. */
  readonly multipliers: ReadonlyMap<string, Float32Array>;
}

export const NO_FOLDING: Folding = { divisors: new Map(), multipliers: new Map() };

/** Parameters of a checkpoint after folding, as float32. */
export class FoldedWeights {
  readonly file: SafetensorsFile;
  readonly #folding: Folding;

  constructor(file: SafetensorsFile, folding: Folding = NO_FOLDING) {
    this.file = file;
    this.#folding = folding;
  }

  /** A norm's gain or bias, a linear layer's bias, or any other parameter whose columns no fold multiplies. */
  async values(parameter: Parameter): Promise<Float32Array> {
    const values = await readParameter(this.file, parameter);
    const divisors = this.#folding.divisors.get(parameterKey(parameter));
    if (divisors !== undefined) divideRows(values, divisors);
    return values;
  }

  /** The weight [outputs, inputs] of the linear layer at `path`. */
  async linear(path: string, weight: Parameter): Promise<Float32Array> {
    const values = await this.values(weight);
    const multipliers = this.#folding.multipliers.get(path);
    if (multipliers !== undefined) multiplyColumns(values, multipliers);
    return values;
  }
}

/** @param values [divisors.length, …] */
function divideRows(values: Float32Array, divisors: Float32Array): void {
  const size = values.length / divisors.length;
  for (let index = 0; index < values.length; index++) {
    values[index] = (values[index] as number) / (divisors[Math.floor(index / size)] as number);
  }
}

/** @param values [rows, factors.length] */
function multiplyColumns(values: Float32Array, factors: Float32Array): void {
  const columns = factors.length;
  for (let start = 0; start < values.length; start += columns) {
    for (let column = 0; column < columns; column++) {
      values[start + column] = (values[start + column] as number) * (factors[column] as number);
    }
  }
}
