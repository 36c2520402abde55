import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { hashFile } from '../../lib/checkpoint/pack/hash-file.js';
import { openPack, type Pack } from '../../lib/checkpoint/pack/pack.js';
import { writeManifest } from '../../lib/checkpoint/pack/write-manifest.js';
import { WEIGHTS_FILE } from '../../lib/checkpoint/weights-file.js';
import { parseS3Location } from '../../lib/cli/package/s3-location.js';
import { type Packaging, uploadPack } from '../../lib/cli/package/upload-pack.js';
import { writeArchive } from '../../lib/cli/package/write-archive.js';
import { convertCheckpoint } from '../../lib/convert/convert.js';
import { fixture, projectRoot } from '../support/project-root.js';
import { S3Server } from '../support/s3-server.js';

const CREDENTIALS = { accessKeyId: 'a', secretAccessKey: 'b' };
const TO = parseS3Location('s3://models/a/prefix');

let folder: string;
let pack: Pack;
let s3: S3Server;
let client: S3Client;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upload-'));
  const checkpoint = fixture('models', 'siglip-tiny');
  pack = await convertCheckpoint({ checkpoint, out: join(folder, 'pack') });
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  s3 = await S3Server.start();
  client = new S3Client({ endpoint: s3.url, region: 'eu-west-1', credentials: CREDENTIALS, maxAttempts: 1 });
});
afterEach(async () => {
  client.destroy();
  await s3.close();
});

const upload = (
  as: Packaging,
  more: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void } = {},
) => uploadPack(pack, TO, { as, client, ...more });
const folderOf = () => `a/prefix/${pack.hash.slice(0, 16)}`;

describe('uploading a model pack', () => {
  test('as one archive: the bytes of `moderate package`, under a key that holds the pack’s hash', async () => {
    expect(await upload('tar')).toEqual({ uri: `s3://models/${folderOf()}/model.tar.gz`, sent: true });
    await writeArchive(pack, join(folder, 'model.tar.gz'));
    const stored = s3.objects.get(`models/${folderOf()}/model.tar.gz`);
    expect(stored?.body.equals(await readFile(join(folder, 'model.tar.gz')))).toBe(true);
  });

  test('as files: every file, with its hash, the manifest last', async () => {
    const told: number[] = [];
    const { uri } = await upload('files', { onProgress: (done, total) => told.push(done / total) });
    expect(uri).toBe(`s3://models/${folderOf()}/pack/`);
    const keys = [...s3.objects.keys()];
    expect(keys.map((key) => key.split('/').at(-1)).sort()).toEqual((await readdir(pack.folder)).sort());
    expect(keys.at(-1)).toBe(`models/${folderOf()}/pack/manifest.json`);
    for (const [name, { sha256 }] of Object.entries(pack.manifest.files)) {
      const stored = s3.objects.get(`models/${folderOf()}/pack/${name}`);
      expect(stored?.metadata).toEqual({ sha256 });
      expect(stored?.body.equals(await readFile(pack.path(name)))).toBe(true);
    }
    expect(told.at(-1)).toBeCloseTo(1, 1);
  });

  test.each<Packaging>(['tar', 'files'])('as %s: with a policy goes under a key of its own', async (as) => {
    const policyOf = (bytes: Buffer, digit: string) => ({
      path: '',
      bytes,
      sha256: digit.repeat(64),
      value: {},
    });
    const [one, two] = [policyOf(Buffer.from('{}'), 'a'), policyOf(Buffer.from('[]'), 'b')];
    const uris = [];
    for (const policy of [one, two]) uris.push((await uploadPack(pack, TO, { as, client, policy })).uri);
    expect(new Set(uris).size).toBe(2);
    expect(uris[0]).toContain(`${pack.hash.slice(0, 16)}-${'a'.repeat(16)}/`);
    const key = uris[0]?.replace('s3://', '') ?? '';
    if (as === 'files') expect(s3.objects.get(`${key}policy.json`)?.body.toString()).toBe('{}');
  });

  test.each<Packaging>(['tar', 'files'])('as %s: is not sent again when it is there', async (as) => {
    await upload(as);
    const before = new Map(s3.objects);
    expect(await upload(as)).toMatchObject({ sent: false });
    expect([...s3.objects.values()].every((object) => [...before.values()].includes(object))).toBe(true);
  });

  test('as files: is sent again when the last upload did not end', async () => {
    s3.failing = /manifest/;
    await expect(upload('files')).rejects.toThrow(
      /^The upload to s3:\/\/models\/.*\/pack\/ failed: InvalidRequest/,
    );
    s3.failing = undefined;
    expect(await upload('files')).toMatchObject({ sent: true });
    expect(s3.objects.has(`models/${folderOf()}/pack/manifest.json`)).toBe(true);
  });

  test('stops when it is aborted, without a manifest', async () => {
    const controller = new AbortController();
    const aborted = upload('files', { onProgress: () => controller.abort(), signal: controller.signal });
    await expect(aborted).rejects.toThrow(/abort/i);
    expect([...s3.objects.keys()].filter((key) => key.endsWith('manifest.json'))).toEqual([]);
  });

  test('sends large files in parts, and takes the parts back when one fails', async () => {
    const large = join(folder, 'large');
    await mkdir(large);
    for (const name of await readdir(pack.folder)) await copyFile(join(pack.folder, name), join(large, name));
    await rm(join(large, WEIGHTS_FILE));
    await writeFile(join(large, WEIGHTS_FILE), Buffer.alloc(40 * 1024 * 1024, 'weights'));
    const files = { ...pack.manifest.files, [WEIGHTS_FILE]: await hashFile(join(large, WEIGHTS_FILE)) };
    await writeManifest(large, { ...pack.manifest, files });
    const opened = await openPack(large, { verify: true });

    s3.failing = /safetensors/;
    await expect(uploadPack(opened, TO, { as: 'files', client })).rejects.toThrow(/failed/);
    expect(s3.open.size).toBe(0);
    s3.failing = undefined;
    const { uri } = await uploadPack(opened, TO, { as: 'files', client });
    const stored = s3.objects.get(`models/${uri.slice('s3://models/'.length)}${WEIGHTS_FILE}`);
    expect(stored?.parts).toBe(3);
    expect(stored?.body.equals(await readFile(join(large, WEIGHTS_FILE)))).toBe(true);
  });

  test('from the command line, prints the location and nothing else on stdout', async () => {
    const command = [
      join(projectRoot, 'dist/bin/moderate.js'),
      'upload',
      pack.folder,
      's3://models',
      '--as',
      'files',
    ];
    const { stdout } = await promisify(execFile)(process.execPath, command, {
      env: {
        PATH: process.env['PATH'],
        AWS_ENDPOINT_URL_S3: s3.url,
        AWS_REGION: 'eu-west-1',
        AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      },
    });
    expect(stdout).toBe(`s3://models/${pack.hash.slice(0, 16)}/pack/\n`);
  });
});

describe('a location in S3', () => {
  test.each([
    ['s3://bucket', '', 'bucket'],
    ['s3://bucket/', '', 'bucket'],
    ['s3://my.bucket/a//b/', 'a/b/', 'my.bucket'],
  ])('%s is read', (uri, prefix, bucket) => {
    expect(parseS3Location(uri)).toEqual({ bucket, prefix });
  });

  test.each(['bucket/a', 'http://bucket/a', 's3://', 's3://UPPER/a'])('%s is refused', (uri) => {
    expect(() => parseS3Location(uri)).toThrow(/expected s3:\/\/bucket or s3:\/\/bucket\/prefix/);
  });
});
