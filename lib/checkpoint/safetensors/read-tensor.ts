import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { ModerationError } from '../../contract/errors.js';
import { elementCount } from '../../numeric/element-count.js';
import { bfloat16ToFloat32, float16ToFloat32 } from '../../numeric/half.js';
import { quote } from '../findings.js';
import { DTYPES } from './dtype.js';
import { readFully, type SafetensorsFile } from './file.js';
import type { StoredTensor } from './header.js';

/** A whole tensor of dtype F32, F16 or BF16 as float32, its rows one after the other. Widening is exact. */
export async function readTensor(file: SafetensorsFile, name: string): Promise<Float32Array> {
  return readElements(file, name, 0, elementCount(findTensor(file, name).shape));
}

/** The elements `from` (inclusive) to `to` (exclusive) of a tensor in row order: for one that is too large to hold. */
export async function readElements(
  file: SafetensorsFile,
  name: string,
  from: number,
  to: number,
): Promise<Float32Array> {
  const tensor = findTensor(file, name);
  const elements = elementCount(tensor.shape);
  if (!(from >= 0 && from <= to && to <= elements)) {
    throw new RangeError(`Elements ${from} to ${to} of ${quote(name)} were asked for; it has ${elements}.`);
  }
  const bytes = await readBytes(file, tensor, from, to);
  switch (tensor.dtype) {
    case 'F32':
      return new Float32Array(bytes);
    case 'F16':
      return float16ToFloat32(new Uint16Array(bytes));
    case 'BF16':
      return bfloat16ToFloat32(new Uint16Array(bytes));
    default:
      throw new ModerationError(
        'checkpoint_invalid',
        `Tensor ${quote(name)} has dtype ${tensor.dtype}; expected F32, F16 or BF16.`,
      );
  }
}

function findTensor(file: SafetensorsFile, name: string): StoredTensor {
  const tensor = file.tensors.get(name);
  if (tensor !== undefined) return tensor;
  throw new ModerationError('checkpoint_invalid', `${basename(file.path)} has no tensor ${quote(name)}.`);
}

/** Bytes as stored, little endian like every platform that Node.js runs ONNX Runtime on. */
async function readBytes(
  file: SafetensorsFile,
  { dtype, byteOffset }: StoredTensor,
  from: number,
  to: number,
): Promise<ArrayBuffer> {
  const size = DTYPES[dtype];
  const bytes = new Uint8Array((to - from) * size);
  const handle = await open(file.path, 'r');
  try {
    await readFully(handle, bytes, byteOffset + from * size, basename(file.path));
  } finally {
    await handle.close();
  }
  return bytes.buffer;
}
