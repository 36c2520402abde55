import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openSafetensors } from '../../../lib/checkpoint/safetensors/file.js';
import { readTensor } from '../../../lib/checkpoint/safetensors/read-tensor.js';
import { layOut, type TensorToWrite, writeSafetensors } from '../../../lib/checkpoint/safetensors/write.js';
import { fixture } from '../../support/project-root.js';
import { temporaryFolder } from '../support/temporary-folder.js';

function tensor(name: string, values: number[], dtype: 'F32' | 'U8' = 'F32'): TensorToWrite {
  const array = dtype === 'F32' ? Float32Array.from(values) : Uint8Array.from(values);
  return { name, dtype, shape: [values.length], data: () => [new Uint8Array(array.buffer)] };
}

describe('laying out a file', () => {
  test.each(['siglip-tiny', 'siglip-bf16', 'clip-tiny', 'clip-mtl-hidden'])(
    'gives the header that the reference library wrote for %s, byte for byte',
    async (model) => {
      const path = fixture('models', model, 'model.safetensors');
      const written = await openSafetensors(path);
      const layout = layOut([...written.tensors.values()].toReversed(), {
        metadata: Object.fromEntries(written.metadata),
      });
      const head = (await readFile(path)).subarray(0, written.dataStart);
      expect(Buffer.from(layout.header).equals(head)).toBe(true);
      expect(layout.bytes).toBe(written.bytes);
      expect([...layout.tensors]).toEqual([...written.tensors]);
    },
  );

  test('puts larger element types first, so that each tensor is aligned to its own', () => {
    const { tensors } = layOut([tensor('a', [1, 2, 3], 'U8'), tensor('c', [1]), tensor('b', [1])]);
    expect([...tensors.keys()]).toEqual(['b', 'c', 'a']);
  });

  test('lets the data begin at the alignment asked for', () => {
    const { header } = layOut([tensor('a', [1])], { alignment: 64 });
    expect(header.byteLength % 64).toBe(0);
  });
});

describe('writing a file', () => {
  test('and reading it gives the same tensors, however the bytes were cut into chunks', async () => {
    const path = join(await temporaryFolder(), 'model.safetensors');
    const values = Float32Array.from({ length: 100 }, (_, index) => index / 7);
    async function* chunks() {
      const bytes = new Uint8Array(values.buffer);
      for (let at = 0; at < bytes.length; at += 33) yield bytes.subarray(at, at + 33);
    }
    await writeSafetensors(path, [
      { name: 'a', dtype: 'F32', shape: [10, 10], data: chunks },
      tensor('b', [1]),
    ]);
    const file = await openSafetensors(path);
    expect(await readTensor(file, 'a')).toEqual(values);
    expect(file.metadata.get('format')).toBe('pt');
  });

  test('tells the progress up to the whole size', async () => {
    const path = join(await temporaryFolder(), 'model.safetensors');
    const calls: [number, number][] = [];
    const { bytes } = await writeSafetensors(path, [tensor('a', [1, 2]), tensor('b', [3])], {
      onProgress: (done, total) => calls.push([done, total]),
    });
    expect(calls.at(-1)).toEqual([bytes, bytes]);
    expect(calls.length).toBe(2);
  });

  test.each([
    ['too few bytes', [new Uint8Array(4)]],
    ['too many bytes', [new Uint8Array(8), new Uint8Array(4)]],
  ])('fails on %s and leaves nothing behind', async (_title, chunks) => {
    const folder = await temporaryFolder();
    const bad: TensorToWrite = { name: 'a', dtype: 'F32', shape: [2], data: () => chunks };
    await expect(writeSafetensors(join(folder, 'model.safetensors'), [bad])).rejects.toThrow(
      '"a" takes 8 bytes',
    );
    expect(await readdir(folder)).toEqual([]);
  });

  test('two tensors of one name are refused', async () => {
    expect(() => layOut([tensor('a', [1]), tensor('a', [1])])).toThrow('"a" is there twice');
  });

  test('that is aborted leaves the old file as it was', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'model.safetensors');
    await writeFile(path, 'old');
    const abort = new AbortController();
    const data = function* () {
      yield new Uint8Array(4);
      abort.abort();
      yield new Uint8Array(4);
    };
    const writing = writeSafetensors(path, [{ name: 'a', dtype: 'F32', shape: [2], data }], {
      signal: abort.signal,
    });
    await expect(writing).rejects.toThrow('aborted');
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['model.safetensors']);
  });
});
