import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { MANIFEST_FILE, type Manifest } from '../../../lib/checkpoint/manifest.js';
import { openPack } from '../../../lib/checkpoint/pack/pack.js';
import { manifestHash, writeManifest } from '../../../lib/checkpoint/pack/write-manifest.js';
import { PACK_FILES, smallPack } from '../support/small-pack.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const invalid = (message: string | RegExp) =>
  expect.objectContaining({ code: 'pack_invalid', message: expect.stringMatching(message) });

describe('opening a pack', () => {
  test.each([true, false])('gives its manifest, hash and paths (verify: %s)', async (verify) => {
    const { folder, manifest, hash } = await smallPack();
    const pack = await openPack(folder, { verify });
    expect(pack.manifest).toEqual(manifest);
    expect(pack.hash).toBe(hash);
    expect(pack.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(await readFile(pack.path('text.onnx'), 'utf8')).toBe('content of text.onnx');
    expect(() => pack.path('../secret')).toThrow('is no file of the pack');
    expect(() => pack.path('constructor')).toThrow('is no file of the pack');
  });

  test('with verification tells its progress up to the size of all files', async () => {
    const { folder, manifest } = await smallPack();
    const total = Object.values(manifest.files).reduce((sum, { bytes }) => sum + bytes, 0);
    const calls: [number, number][] = [];
    await openPack(folder, { verify: true, onProgress: (done, all) => calls.push([done, all]) });
    expect(calls.length).toBe(PACK_FILES.length);
    expect(calls.at(-1)).toEqual([total, total]);
  });

  test('can be aborted', async () => {
    const { folder } = await smallPack();
    await expect(openPack(folder, { verify: true, signal: AbortSignal.abort() })).rejects.toThrow('aborted');
  });

  test('follows a link to weights that lie elsewhere', async () => {
    const { folder, hash } = await smallPack();
    const elsewhere = join(await temporaryFolder(), 'weights');
    await writeFile(elsewhere, 'content of model.safetensors');
    await rm(join(folder, 'model.safetensors'));
    await symlink(elsewhere, join(folder, 'model.safetensors'));
    expect((await openPack(folder, { verify: true })).hash).toBe(hash);
  });
});

describe('a pack that is not as it was written is refused:', () => {
  test('missing files, a link to nothing, a folder, a FIFO and other sizes, all in one error', async () => {
    const { folder } = await smallPack();
    const at = (name: string) => join(folder, name);
    for (const name of PACK_FILES.slice(0, 4)) await rm(at(name));
    await symlink('/no/such/file', at('image.onnx'));
    await mkdir(at('head.onnx'));
    execFileSync('mkfifo', [at('model.safetensors')]); // reading it would hang for ever
    await truncate(at('tokenizer.json'), 3);
    const opening = openPack(folder, { verify: true });
    await expect(opening).rejects.toEqual(invalid('text.onnx is missing'));
    await expect(opening).rejects.toEqual(invalid('image.onnx is missing, or a link to nothing'));
    await expect(opening).rejects.toEqual(invalid('head.onnx is no regular file'));
    await expect(opening).rejects.toEqual(invalid('model.safetensors is no regular file'));
    await expect(opening).rejects.toEqual(invalid(/tokenizer.json has 3 bytes, the manifest says \d+/));
  });

  test('an altered byte is found by verification, in each file that has one', async () => {
    const { folder } = await smallPack();
    await writeFile(join(folder, 'text.onnx'), 'Content of text.onnx');
    await writeFile(join(folder, 'head.onnx'), 'Content of head.onnx');
    const opening = openPack(folder, { verify: true });
    await expect(opening).rejects.toEqual(invalid(/text.onnx has SHA-256 .*head.onnx has SHA-256 /s));
    await expect(openPack(folder, { verify: false })).resolves.toBeDefined();
  });

  test.each<[string, string, string]>([
    ['a manifest that is no JSON', '{', 'is not valid JSON'],
    ['a manifest of another format', '{"format": 1}', 'format'],
    ['a manifest that is a list', '[]', 'is not a manifest that this version reads'],
    ['a huge manifest', ' '.repeat(2_000_000), 'has 2000000 bytes; at most'],
  ])('%s', async (_title, text, message) => {
    const { folder } = await smallPack();
    await writeFile(join(folder, MANIFEST_FILE), text);
    await expect(openPack(folder, { verify: true })).rejects.toEqual(invalid(message));
  });

  test.each<[string, (manifest: Manifest) => unknown, string]>([
    [
      'a path out of the folder',
      (m) => ({ ...m, weights: '../../etc/passwd' }),
      'weights: expected a plain file name',
    ],
    ['an absolute path', (m) => ({ ...m, weights: '/etc/passwd' }), 'weights: expected a plain file name'],
    ['a file that is not listed', (m) => ({ ...m, weights: 'other' }), 'other is referenced but not listed'],
    [
      'a token table that its file has no room for',
      (m) => ({ ...m, tokenTable: { ...m.tokenTable, rows: 1000 } }),
      'ends at byte 4008 of model.safetensors, which has 28',
    ],
    ['an unknown field', (m) => ({ ...m, extra: 1 }), 'extra'],
    ['a threshold too many', (m) => ({ ...m, thresholds: [0, 0, 0] }), 'expected one per class'],
  ])('%s in the manifest', async (_title, change, message) => {
    const { folder, manifest } = await smallPack();
    await writeFile(join(folder, MANIFEST_FILE), JSON.stringify(change(manifest)));
    await expect(openPack(folder, { verify: false })).rejects.toEqual(invalid(message));
  });

  test('a folder without a manifest', async () => {
    await expect(openPack(await temporaryFolder(), { verify: true })).rejects.toEqual(invalid('ENOENT'));
  });
});

describe('the hash of a pack', () => {
  test('depends on the content of the manifest, not on its formatting or the order of its keys', async () => {
    const { folder, manifest, hash } = await smallPack();
    const reversed = Object.fromEntries(Object.entries(manifest).toReversed());
    await writeFile(join(folder, MANIFEST_FILE), JSON.stringify(reversed));
    expect((await openPack(folder, { verify: false })).hash).toBe(hash);
  });

  test('changes with a threshold and with a file', async () => {
    const { manifest, hash } = await smallPack();
    const files = {
      ...manifest.files,
      'text.onnx': { bytes: 20, gmac: '0'.repeat(32), sha256: 'f'.repeat(64) },
    };
    expect(manifestHash({ ...manifest, thresholds: [0.5, 0.26] })).not.toBe(hash);
    expect(manifestHash({ ...manifest, files })).not.toBe(hash);
  });
});

test('a manifest that is not valid is not written', async () => {
  const { folder, manifest } = await smallPack();
  await expect(writeManifest(folder, { ...manifest, weights: 'missing' })).rejects.toThrow(
    'missing is referenced',
  );
});
