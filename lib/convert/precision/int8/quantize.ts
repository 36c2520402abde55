/** Numbers to whole numbers and back. */

/** q = round(x / scale) + zeroPoint, held to 0 … 255: what the operator QuantizeLinear computes. */
export interface ActivationScale {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** The scale whose 256 steps span `min` to `max`, zero among them exactly. */
export function activationScale(min: number, max: number): ActivationScale {
  const low = Math.min(min, 0);
  const high = Math.max(max, 0);
  const scale = Math.fround((high - low) / 255) || 1;
  return { scale, zeroPoint: Math.min(255, Math.max(0, Math.round(-low / scale))) };
}

/** What is left of a value after quantization, in 254 steps more: half a step of the first scale, to either side. */
export function restScale({ scale }: ActivationScale): ActivationScale {
  return { scale: Math.fround(scale / 254), zeroPoint: 128 };
}

/** A value after quantization, as a number again. */
export function throughScale(value: number, { scale, zeroPoint }: ActivationScale): number {
  const quantized = Math.min(255, Math.max(0, roundHalfEven(value / scale) + zeroPoint));
  return (quantized - zeroPoint) * scale;
}

export interface QuantizedRows {
  /** [rows, columns], -127 to 127. */
  readonly values: Int8Array;
  /** By row: a weight is `value · scale`. */
  readonly scales: Float32Array;
}

/** Symmetric, one scale a row: an output channel of a linear layer, or an entry of an embedding table. */
export function quantizeRows(matrix: Float32Array, columns: number): QuantizedRows {
  const rows = matrix.length / columns;
  const values = new Int8Array(matrix.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    let magnitude = 0;
    for (let index = start; index < start + columns; index++) {
      magnitude = Math.max(magnitude, Math.abs(matrix[index] as number));
    }
    scales[row] = magnitude / 127 || 1;
    const factor = 1 / (scales[row] as number);
    for (let index = start; index < start + columns; index++) {
      values[index] = Math.max(-127, Math.min(127, Math.round((matrix[index] as number) * factor)));
    }
  }
  return { values, scales };
}

/** [rows, columns] to [columns, rows]. */
export function transpose(matrix: Int8Array, columns: number): Int8Array {
  const rows = matrix.length / columns;
  const turned = new Int8Array(matrix.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      turned[column * rows + row] = matrix[row * columns + column] as number;
    }
  }
  return turned;
}

function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
