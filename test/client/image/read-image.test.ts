import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { FailureSignal } from '../../../lib/client/errors/failure.js';
import { readImage } from '../../../lib/client/image/read-image.js';
import { type ImageSource, imageFile } from '../../../lib/client/post.js';
import { rejection } from '../support/stack.js';

const BYTES = Buffer.from([0, 1, 2, 253, 254, 255]);
const never = new AbortController().signal;
const read = (source: unknown, maxBytes = 1000) =>
  readImage(source as ImageSource, { maxBytes, signal: never });
const codeOf = async (source: unknown, maxBytes?: number): Promise<string> => {
  const error = await rejection(read(source, maxBytes));
  return error instanceof FailureSignal ? error.failure.code : String(error);
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'read-image-'));
  await writeFile(join(folder, 'image'), BYTES);
});
afterAll(() => rm(folder, { recursive: true }));

describe('an image is read from', () => {
  const view = new Uint8Array([9, ...BYTES, 9]).subarray(1, 7);
  test.each<[string, () => unknown]>([
    ['a Buffer', () => BYTES],
    ['a part of a larger array', () => view],
    ['an ArrayBuffer', () => new Uint8Array(BYTES).buffer],
    ['a Blob', () => new Blob([BYTES])],
    ['a File', () => new File([BYTES], 'image.png')],
    ['a Node.js stream', () => Readable.from([BYTES.subarray(0, 2), BYTES.subarray(2)])],
    ['a web stream', () => new Blob([BYTES]).stream()],
    [
      'a generator of bytes',
      async function* () {
        yield BYTES;
      },
    ],
    ['a file', () => imageFile(join(folder, 'image'))],
  ])('%s', async (_, source) => {
    const value = source();
    const image = await read(typeof value === 'function' ? value() : value);
    expect(Buffer.from(image as Uint8Array)).toEqual(BYTES);
  });

  test('base64 and data URLs, which travel as they are', async () => {
    expect(await read({ base64: 'AAEC' })).toBe('AAEC');
    expect(await read({ dataUrl: 'data:image/png;base64,AAEC' })).toBe('data:image/png;base64,AAEC');
  });
});

describe('no image is', () => {
  test.each<[string, unknown]>([
    ['a bare string', join('folder', 'image.png')],
    ['a URL', new URL('http://127.0.0.1/image.png')],
    ['what a request body could hold for a file', JSON.parse('{"path":"/etc/hostname"}')],
    ['a number', 5],
    ['an array of numbers', [1, 2]],
    ['floats', new Float32Array(3)],
    ['a data URL that is none', { dataUrl: 'https://127.0.0.1/' }],
    ['a stream of text', Readable.from(['text'])],
  ])('%s', async (_, source) => {
    expect(await codeOf(source)).toBe('invalid_item');
  });
});

describe('an image that is too large is refused, read to the limit at most:', () => {
  test.each<[string, () => unknown]>([
    ['bytes', () => Buffer.alloc(11)],
    ['a Blob', () => new Blob([Buffer.alloc(11)])],
    ['a file', () => imageFile(process.execPath)],
    ['base64', () => ({ base64: 'A'.repeat(400) })],
  ])('%s', async (_, source) => {
    expect(await codeOf(source(), 10)).toBe('image_too_large');
  });

  test('an endless stream, which is closed', async () => {
    let closed = false;
    const endless = async function* () {
      try {
        for (;;) yield Buffer.alloc(4);
      } finally {
        closed = true;
      }
    };
    expect(await codeOf(endless(), 10)).toBe('image_too_large');
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toBe(true);
  });
});

describe('an image that cannot be read says why:', () => {
  test.each<[string, () => unknown]>([
    ['a missing file', () => imageFile(join(folder, 'none'))],
    ['a folder', () => imageFile(folder)],
    ['a device without end', () => imageFile('/dev/zero')],
    [
      'a stream that fails',
      () =>
        new Readable({
          read() {
            this.destroy(new Error('disk'));
          },
        }),
    ],
  ])('%s', async (_, source) => {
    expect(await codeOf(source())).toBe('image_unreadable');
  });

  test('a named pipe, without waiting for its writer', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(await codeOf(imageFile(pipe))).toBe('image_unreadable');
  });
});

test('a signal ends the reading of a stream that hangs', async () => {
  const hanging = new ReadableStream<Uint8Array>();
  const reading = readImage(hanging, { maxBytes: 10, signal: AbortSignal.timeout(20) });
  expect(await rejection(reading)).toMatchObject({ name: 'TimeoutError' });
});
