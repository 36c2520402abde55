import { readFile } from 'node:fs/promises';
import type { SafetensorsFile } from '../../../lib/checkpoint/safetensors/file.js';

/** An I32 tensor of a fixture; the library reads floating-point tensors only. */
export async function readInt32(file: SafetensorsFile, name: string): Promise<Int32Array> {
  const tensor = file.tensors.get(name);
  if (tensor?.dtype !== 'I32') throw new Error(`${name} is no I32 tensor of ${file.path}`);
  const bytes = await readFile(file.path);
  return new Int32Array(
    bytes.buffer.slice(
      bytes.byteOffset + tensor.byteOffset,
      bytes.byteOffset + tensor.byteOffset + tensor.byteLength,
    ),
  );
}
