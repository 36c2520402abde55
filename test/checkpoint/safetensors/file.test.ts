import { execFileSync } from 'node:child_process';
import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openSafetensors } from '../../../lib/checkpoint/safetensors/file.js';
import { MAX_HEADER_BYTES } from '../../../lib/checkpoint/safetensors/header.js';
import { fixture } from '../../support/project-root.js';
import { entry, safetensorsBytes } from '../support/safetensors-bytes.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = await temporaryFolder();

async function open(bytes: Uint8Array) {
  const path = join(folder, 'model.safetensors');
  await writeFile(path, bytes);
  return openSafetensors(path);
}

async function failure(bytes: Uint8Array): Promise<unknown> {
  return open(bytes).then(
    () => 'no error',
    (error: unknown) => error,
  );
}

const withLength = (length: bigint, rest: string): Uint8Array => {
  const bytes = Buffer.alloc(8 + rest.length);
  bytes.writeBigUInt64LE(length);
  bytes.write(rest, 8);
  return bytes;
};

describe('opening a safetensors file', () => {
  test('reads the header that the reference library wrote', async () => {
    const file = await openSafetensors(fixture('models', 'siglip-tiny', 'model.safetensors'));
    expect(file.metadata.get('format')).toBe('pt');
    expect(file.tensors.get('backbone.logit_scale')).toMatchObject({
      dtype: 'F32',
      shape: [1],
      byteLength: 4,
    });
    const last = [...file.tensors.values()].at(-1);
    expect((last?.byteOffset ?? 0) + (last?.byteLength ?? 0)).toBe(file.bytes);
    expect([...file.tensors.values()][0]?.byteOffset).toBe(file.dataStart);
  });

  test('a header length that looks like the start of a pickle is still a header', async () => {
    const json = JSON.stringify({ a: entry('U8', [1], 0, 1) }).padEnd(0x0280); // bytes 80 02, as pickle protocol 2
    expect((await open(safetensorsBytes(json, 1))).tensors.size).toBe(1);
  });
});

describe('a file that is none is refused:', () => {
  const zip = Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(100)]);
  const pickle = Buffer.from([0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50]);

  test.each([
    ['a zip archive of pickles, as torch.save writes', zip, 'pickled PyTorch checkpoint'],
    ['a bare pickle, as old versions write', pickle, 'pickled PyTorch checkpoint'],
    ['an empty file', new Uint8Array(0), '0 bytes'],
    ['a file of three bytes', Buffer.from('abc'), '3 bytes'],
    ['a header of length 0', withLength(0n, '{}'), 'claims a header of 0'],
    ['a header that reaches beyond the file', withLength(1000n, '{}'), 'claims a header of 1000'],
    [
      'a header of 2^64 - 1 bytes',
      withLength(2n ** 64n - 1n, '{}'),
      'claims a header of 18446744073709551615',
    ],
    [
      'an HTML page',
      Buffer.from('<!DOCTYPE html><html><body>Not found</body></html>'),
      'no safetensors file',
    ],
    [
      'a Git LFS pointer',
      Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:'),
      'no safetensors file',
    ],
  ])('%s', async (_title, bytes, message) => {
    expect(await failure(bytes)).toMatchObject({
      code: 'checkpoint_invalid',
      message: expect.stringContaining(message),
    });
  });

  test('a header larger than the limit, without reading it', async () => {
    const path = join(folder, 'sparse.safetensors');
    await writeFile(path, withLength(BigInt(MAX_HEADER_BYTES + 1), '{'));
    await truncate(path, 2 ** 40); // a terabyte of nothing
    await expect(openSafetensors(path)).rejects.toThrow(`at most ${MAX_HEADER_BYTES} are read`);
  });

  test('a file that was cut in a tensor', async () => {
    const whole = safetensorsBytes({ a: entry('F32', [100], 0, 400) }, 400);
    expect(await failure(whole.subarray(0, whole.length - 50))).toMatchObject({
      message: expect.stringContaining('ends 50 bytes beyond the end of the file'),
    });
  });

  test('a folder, a pipe, and a file that is not there', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe.safetensors')]); // opening it would wait for ever
    await expect(openSafetensors(join(folder, 'pipe.safetensors'))).rejects.toThrow('no regular file');
    await mkdir(join(folder, 'folder.safetensors'));
    await expect(openSafetensors(join(folder, 'folder.safetensors'))).rejects.toThrow('no regular file');
    await expect(openSafetensors(join(folder, 'missing.safetensors'))).rejects.toThrow(
      'missing.safetensors cannot be opened (ENOENT)',
    );
  });
});
