import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openSafetensors } from '../../../lib/checkpoint/safetensors/file.js';
import { readElements, readTensor } from '../../../lib/checkpoint/safetensors/read-tensor.js';
import { writeSafetensors } from '../../../lib/checkpoint/safetensors/write.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = await temporaryFolder();
const path = join(folder, 'model.safetensors');
const bytesOf = (array: Float32Array | Uint16Array) => new Uint8Array(array.buffer);

await writeSafetensors(path, [
  { name: 'f32', dtype: 'F32', shape: [2, 3], data: () => [bytesOf(Float32Array.of(1, 2, 3, 4, 5, 6))] },
  { name: 'f16', dtype: 'F16', shape: [3], data: () => [bytesOf(Uint16Array.of(0x3c00, 0xc000, 0x7bff))] },
  { name: 'bf16', dtype: 'BF16', shape: [3], data: () => [bytesOf(Uint16Array.of(0x3f80, 0xc000, 0x4049))] },
  { name: 'i8', dtype: 'I8', shape: [3], data: () => [Uint8Array.of(1, 2, 3)] },
  { name: 'scalar', dtype: 'F32', shape: [], data: () => [bytesOf(Float32Array.of(4.5))] },
]);
const file = await openSafetensors(path);

describe('reading a tensor', () => {
  test('gives float32 values from each floating-point format', async () => {
    expect(await readTensor(file, 'f32')).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
    expect(await readTensor(file, 'f16')).toEqual(Float32Array.of(1, -2, 65_504));
    expect(await readTensor(file, 'bf16')).toEqual(Float32Array.of(1, -2, 3.140625));
    expect(await readTensor(file, 'scalar')).toEqual(Float32Array.of(4.5));
  });

  test('can be done for a part of it', async () => {
    expect(await readElements(file, 'f32', 2, 5)).toEqual(Float32Array.of(3, 4, 5));
    expect(await readElements(file, 'f16', 1, 2)).toEqual(Float32Array.of(-2));
    expect(await readElements(file, 'f32', 6, 6)).toEqual(new Float32Array(0));
  });

  test.each([
    [-1, 2],
    [3, 2],
    [0, 7],
    [Number.NaN, 2],
  ])('elements %d to %d of 6 are refused', async (from, to) => {
    await expect(readElements(file, 'f32', from, to)).rejects.toThrow(RangeError);
  });

  test('of whole numbers is refused', async () => {
    await expect(readTensor(file, 'i8')).rejects.toThrow('dtype I8; expected F32, F16 or BF16');
  });

  test('that is not there is refused', async () => {
    await expect(readTensor(file, 'none')).rejects.toThrow('model.safetensors has no tensor "none"');
  });

  test('of a file that shrank since its header was read is an error, not zeros', async () => {
    const copy = join(folder, 'shrinking.safetensors');
    await writeSafetensors(copy, [
      { name: 'a', dtype: 'F32', shape: [50], data: () => [new Uint8Array(200)] },
    ]);
    const opened = await openSafetensors(copy);
    await truncate(copy, opened.bytes - 4);
    await expect(readTensor(opened, 'a')).rejects.toThrow('ends too early');
    await writeFile(copy, '');
    await expect(readTensor(opened, 'a')).rejects.toThrow('ends too early');
  });
});
