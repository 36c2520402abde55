import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { extract } from 'tar-stream';
import { openPack } from '../../lib/checkpoint/pack/pack.js';
import { writeArchive } from '../../lib/cli/package/write-archive.js';
import { convertCheckpoint } from '../../lib/convert/convert.js';
import { fixture, projectRoot } from '../support/project-root.js';

const MODERATE = join(projectRoot, 'dist', 'bin', 'moderate.js');
const run = (...args: string[]) => promisify(execFile)(process.execPath, [MODERATE, 'package', ...args]);

let folder: string;
let pack: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'package-'));
  pack = join(folder, 'pack');
  await convertCheckpoint({ checkpoint: fixture('models', 'siglip-tiny'), out: pack });
});
afterAll(() => rm(folder, { recursive: true }));

async function entriesOf(archive: string) {
  const tar = extract();
  tar.end(gunzipSync(await readFile(archive)));
  const entries = [];
  for await (const entry of tar) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    const { name, mode, uid, gid, mtime, type } = entry.header;
    entries.push({ name, mode, uid, gid, type, mtime: mtime?.toISOString(), body: Buffer.concat(chunks) });
  }
  return entries;
}

describe('packaging a model pack', () => {
  test('writes every file at the top of one gzipped tar, sorted, with no trace of the machine', async () => {
    const out = join(folder, 'model.tar.gz');
    const { stdout } = await run(pack, '--out', out);
    const entries = await entriesOf(out);
    expect(entries.map(({ name }) => name)).toEqual((await readdir(pack)).sort());
    for (const { name, body, ...header } of entries) {
      expect(header).toEqual({
        mode: 0o644,
        uid: 0,
        gid: 0,
        type: 'file',
        mtime: '1980-01-01T00:00:00.000Z',
      });
      expect(body.equals(await readFile(join(pack, name)))).toBe(true);
    }
    const sha256 = createHash('sha256')
      .update(await readFile(out))
      .digest('hex');
    expect(stdout).toContain(`sha256 ${sha256}`);
    expect(await readFile(`${out}.sha256`, 'utf8')).toBe(`${sha256}  model.tar.gz\n`);
  });

  test('gives the same bytes for the same pack: other times, modes, owners’ links and order do not count', async () => {
    const other = join(folder, 'other');
    await mkdir(other);
    for (const name of (await readdir(pack)).sort().reverse()) {
      await copyFile(join(pack, name), join(other, name));
      await utimes(join(other, name), 1e9, 1e9);
      await chmod(join(other, name), 0o600);
    }
    await rm(join(other, 'model.safetensors'));
    await symlink(fixture('models', 'siglip-tiny', 'model.safetensors'), join(other, 'model.safetensors'));
    const archives = [];
    for (const source of [pack, other]) {
      const out = join(folder, `${archives.length}.tar.gz`);
      archives.push(await writeArchive(await openPack(source, { verify: true }), out));
    }
    expect(archives[1]).toEqual(archives[0]);
    expect(archives[0]?.bytes).toBe((await readFile(join(folder, '0.tar.gz'))).byteLength);
  });

  test('unpacks, with the system’s tar, to a pack that verifies', async () => {
    const out = join(folder, 'unpack.tar.gz');
    const target = join(folder, 'unpacked');
    await run(pack, '--out', out);
    await mkdir(target);
    const { stderr } = await promisify(execFile)('tar', ['-xzf', out, '-C', target]);
    expect(stderr).toBe('');
    const [before, after] = [
      await openPack(pack, { verify: false }),
      await openPack(target, { verify: true }),
    ];
    expect(after.hash).toBe(before.hash);
  });

  test('takes the policy of the folder along, or the one that is named, if it fits the pack', async () => {
    const { hash, manifest } = await openPack(pack, { verify: false });
    const rule = { threshold: 0.5, review: { from: 0.4, to: 0.6 } };
    const policy = {
      format: 1,
      name: 'p',
      created: '2026-03-01T09:00:00Z',
      pack: hash,
      data: '0'.repeat(64),
      method: 'by hand',
      classes: Object.fromEntries(manifest.classNames.map((name) => [name, rule])),
    };
    const file = join(folder, 'fitting.json');
    const out = join(folder, 'policy.tar.gz');
    await writeFile(file, JSON.stringify(policy));
    const { stdout } = await run(pack, '--policy', file, '--out', out);
    expect(stdout).toMatch(/policy [0-9a-f]{12}/);
    const added = (await entriesOf(out)).filter(({ name }) => name === 'policy.json');
    expect(added.map(({ body }) => JSON.parse(body.toString()))).toEqual([policy]);
    const carrying = join(folder, 'carrying');
    await mkdir(carrying);
    for (const name of await readdir(pack)) await copyFile(join(pack, name), join(carrying, name));
    await writeFile(join(carrying, 'policy.json'), JSON.stringify(policy));
    const same = join(folder, 'same.tar.gz');
    await run(carrying, '--out', same);
    expect((await readFile(same)).equals(await readFile(out))).toBe(true);
    await writeFile(join(carrying, 'policy.json'), JSON.stringify({ ...policy, pack: 'a'.repeat(64) }));
    await expect(run(carrying, '--out', join(folder, 'none.tar.gz'))).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('[policy_invalid]'),
    });
  });

  test('refuses an altered pack and writes nothing', async () => {
    const altered = join(folder, 'altered');
    const target = join(folder, 'nothing');
    await mkdir(altered);
    await mkdir(target);
    for (const name of await readdir(pack)) await copyFile(join(pack, name), join(altered, name));
    const bytes = await readFile(join(altered, 'head.onnx'));
    bytes.writeUInt8(bytes.readUInt8(9) ^ 1, 9);
    await writeFile(join(altered, 'head.onnx'), bytes);
    await expect(run(altered, '--out', join(target, 'model.tar.gz'))).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/head\.onnx has SHA-256.*\[pack_invalid\]/s),
    });
    expect(await readdir(target)).toEqual([]);
  });

  test('tells its progress, and leaves nothing behind when it is aborted', async () => {
    const target = join(folder, 'aborted');
    await mkdir(target);
    const opened = await openPack(pack, { verify: false });
    const told: number[] = [];
    await writeArchive(opened, join(target, 'whole.tar.gz'), {
      onProgress: (done, total) => told.push(done / total),
    });
    expect(told.at(-1)).toBe(1);
    const controller = new AbortController();
    const aborted = writeArchive(opened, join(target, 'part.tar.gz'), {
      onProgress: () => controller.abort(),
      signal: controller.signal,
    });
    await expect(aborted).rejects.toThrow(/abort/i);
    expect((await readdir(target)).sort()).toEqual(['whole.tar.gz', 'whole.tar.gz.sha256']);
  });
});
