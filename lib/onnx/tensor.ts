/** Tensors of a graph: small constants whose bytes lie in it, and weights whose bytes lie in another file. */
import { elementCount } from '../numeric/element-count.js';

/** Element types, by their number in ONNX (`TensorProto.DataType`). */
export const DATA_TYPES = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  bfloat16: 16,
} as const;

export type DataType = keyof typeof DATA_TYPES;

export const BYTES_PER_ELEMENT: Readonly<Record<DataType, number>> = {
  float32: 4,
  uint8: 1,
  int8: 1,
  int32: 4,
  int64: 8,
  bool: 1,
  float16: 2,
  bfloat16: 2,
};

/** A tensor in a file beside the graph: its bytes from `offset` on, row-major, little endian. */
export interface ExternalTensor {
  readonly type: DataType;
  readonly shape: readonly number[];
  /** The file's name, relative to the graph's folder. */
  readonly location: string;
  readonly offset: number;
}

/** A tensor whose bytes lie in the graph. */
export interface InlineTensor {
  readonly type: DataType;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

export type Tensor = ExternalTensor | InlineTensor;

export function byteLength({ type, shape }: Pick<Tensor, 'type' | 'shape'>): number {
  return elementCount(shape) * BYTES_PER_ELEMENT[type];
}

/** Rows `start` (included) to `end` (excluded) of a tensor along its first axis: the same bytes, none copied. */
export function sliceRows(tensor: ExternalTensor, start: number, end: number): ExternalTensor {
  const { type, shape, offset } = tensor;
  const [rows = 0, ...row] = shape;
  if (!(start >= 0 && start < end && end <= rows)) {
    throw new RangeError(`Rows ${start} to ${end} do not lie within a tensor of shape [${shape}]`);
  }
  return {
    ...tensor,
    shape: [end - start, ...row],
    offset: offset + start * byteLength({ type, shape: row }),
  };
}

/** The same bytes under another shape of as many elements. */
export function reshape(tensor: ExternalTensor, shape: readonly number[]): ExternalTensor {
  if (elementCount(shape) !== elementCount(tensor.shape)) {
    throw new RangeError(`A tensor of shape [${tensor.shape}] cannot take the shape [${shape}]`);
  }
  return { ...tensor, shape };
}

/** Element types of constants, and how numbers become their bytes (every platform of Node.js is little endian). */
const CONSTANT_ENCODERS = {
  uint8: (values: readonly number[]) => Uint8Array.from(values),
  float32: (values: readonly number[]) => Float32Array.from(values),
  int32: (values: readonly number[]) => Int32Array.from(values),
  int64: (values: readonly number[]) => BigInt64Array.from(values, BigInt),
};

export type ConstantType = keyof typeof CONSTANT_ENCODERS;

export function constantTensor(
  type: ConstantType,
  values: readonly number[],
  shape: readonly number[],
): InlineTensor {
  if (values.length !== elementCount(shape)) {
    throw new RangeError(
      `A constant of shape [${shape}] takes ${elementCount(shape)} values, got ${values.length}`,
    );
  }
  return { type, shape, data: new Uint8Array(CONSTANT_ENCODERS[type](values).buffer) };
}
