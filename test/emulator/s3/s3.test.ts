import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type RunningEmulator, startEmulator } from '../../../lib/emulator/emulator.js';
import { decodeAwsChunked } from '../../../lib/emulator/s3/aws-chunked.js';
import { isStorable } from '../../../lib/emulator/s3/folder-store.js';
import { CREDENTIALS, rejection } from '../../client/support/stack.js';

let parent: string;
let emulator: RunningEmulator;
let s3: S3Client;

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'emulator-s3-'));
  emulator = await startEmulator({ containerUrl: 'http://127.0.0.1:1', s3Folder: join(parent, 's3') });
  s3 = new S3Client({
    region: 'eu-west-1',
    endpoint: emulator.url,
    credentials: CREDENTIALS,
    maxAttempts: 1,
  });
});
afterAll(async () => {
  s3.destroy();
  await emulator.close();
  await rm(parent, { recursive: true });
});

const put = (Key: string, Body: string | Readable, fields: object = {}) =>
  s3.send(new PutObjectCommand({ Bucket: 'photos', Key, Body, ...fields }));
const get = async (Key: string): Promise<string | undefined> =>
  (await s3.send(new GetObjectCommand({ Bucket: 'photos', Key }))).Body?.transformToString();

/** The status of a PUT whose path reaches the emulator letter by letter. */
function putRaw(path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const call = request(emulator.url, { method: 'PUT', path });
    call.once('response', (response) => resolve(response.resume().statusCode));
    call.once('error', reject);
    call.end('x');
  });
}

test('a key that is the folder of another is refused, not a defect', async () => {
  await put('taken/inner', 'content');
  expect(await rejection(put('taken', 'content'))).toMatchObject({ name: 'InvalidArgument' });
  expect(await rejection(put('taken/inner/more', 'content'))).toMatchObject({ name: 'InvalidArgument' });
  expect(await get('taken/inner')).toBe('content');
});

test('objects are written, read, looked at and deleted with the AWS SDK', async () => {
  await put('a/b c.json', 'content');
  expect(await get('a/b c.json')).toBe('content');
  const head = await s3.send(new HeadObjectCommand({ Bucket: 'photos', Key: 'a/b c.json' }));
  expect(head.ContentLength).toBe(7);
  await s3.send(new DeleteObjectCommand({ Bucket: 'photos', Key: 'a/b c.json' }));
  expect(await rejection(get('a/b c.json'))).toMatchObject({ name: 'NoSuchKey' });
  expect(await rejection(s3.send(new HeadObjectCommand({ Bucket: 'photos', Key: 'a' })))).toMatchObject({
    name: 'NotFound',
  });
});

test('streams, which the SDK wraps with a checksum, arrive unwrapped', async () => {
  await put('stream', Readable.from([Buffer.from('first '), Buffer.from('second')]), { ContentLength: 12 });
  expect(await get('stream')).toBe('first second');
});

test('what is not served says so', async () => {
  expect(await rejection(s3.send(new ListObjectsV2Command({ Bucket: 'photos' })))).toMatchObject({
    name: 'InvalidArgument',
  });
});

describe('no key leads out of the folder:', () => {
  test.each(['../../escaped', 'a/../../../escaped', './a', 'a//b', '..', 'a/', 'a\\b', 'nul\0byte', 'a/\n'])(
    '%j',
    async (key) => {
      expect(isStorable({ bucket: 'photos', key })).toBe(false);
      expect(await putRaw(`/photos/${key.split('/').map(encodeURIComponent).join('/')}`)).toBe(400);
      expect(await putRaw(`/photos/${encodeURIComponent(key).replaceAll('.', '%2e')}`)).toBe(400);
      expect(await readdir(parent)).toEqual(['s3']);
    },
  );

  test('nor does a bucket', () => {
    for (const bucket of ['..', '.', 'endpoints', 'A', 'a', 'a/b', '']) {
      expect(isStorable({ bucket, key: 'k' })).toBe(false);
    }
  });
});

test('property: aws-chunked bodies give their bytes back, and damage is noticed or harmless', () => {
  const chunk = fc.uint8Array({ minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(fc.array(chunk), fc.nat(200), (chunks, cut) => {
      const parts = chunks.map((bytes) =>
        Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]),
      );
      const body = Buffer.concat([...parts, Buffer.from('0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n')]);
      expect(decodeAwsChunked(body)).toEqual(Buffer.concat(chunks));
      const short = body.subarray(0, Math.max(0, Buffer.concat(parts).length - 1 - cut));
      expect(decodeAwsChunked(short)).toBeUndefined();
    }),
  );
});
