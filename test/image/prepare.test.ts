import { Worker } from 'node:worker_threads';
import { describe, expect, test } from '@jest/globals';
import { defaultLimits } from '../../lib/contract/limits.js';
import { type PreparedImage, prepareImage } from '../../lib/image/prepare.js';
import type { ResampleSpec } from '../../lib/image/resample.js';
import { expectedPixels, images, normalise, readImage, sha256 } from './support/fixtures.js';

const limits = defaultLimits();
const spec = (size: number): ResampleSpec => ({ size, geometry: 'short-edge-crop', filter: 'bilinear' });

describe('prepareImage, against the original transform', () => {
  test.each(images.images)('$file ($note) gives the same pixels and the same tensor', async (image) => {
    for (const [size, target] of Object.entries(image.targets)) {
      const { pixels } = await prepareImage(readImage(image.file), spec(Number(size)), limits);
      expect(sha256(pixels)).toBe(sha256(expectedPixels(target.pixels)));
      for (const [name, expected] of Object.entries(target.float32_sha256)) {
        const transform = images.transforms[name] ?? { mean: [], std: [] };
        expect(sha256(Buffer.from(normalise(pixels, transform).buffer))).toBe(expected);
      }
    }
  });
});

describe('prepareImage', () => {
  test('tells what it saw and how long it took', async () => {
    const prepared = await prepareImage(readImage('jpeg-444-photo.jpg'), spec(224), limits);
    expect(prepared).toMatchObject({ width: 640, height: 427, format: 'jpeg' });
    expect(prepared.pixels).toHaveLength(224 * 224 * 3);
    expect(prepared.pixels.byteLength).toBe(prepared.pixels.buffer.byteLength);
    expect(prepared.timings.decodeMs).toBeGreaterThan(0);
    expect(prepared.timings.resampleMs).toBeGreaterThan(0);
  });

  test('gives the same pixels side by side as one by one', async () => {
    const files = ['jpeg-420.jpg', 'png-rgba.png', 'gif-static.gif', 'avif-420.avif', 'webp-lossy.webp'];
    const prepare = (file: string): Promise<PreparedImage> => prepareImage(readImage(file), spec(64), limits);
    const together = await Promise.all([...files, ...files].map(prepare));
    for (const [index, file] of files.entries()) {
      const alone = await prepare(file);
      for (const other of [together[index], together[index + files.length]]) {
        expect(sha256(other?.pixels ?? new Uint8Array())).toBe(sha256(alone.pixels));
      }
    }
  });

  test('leaves the bytes that it is given alone', async () => {
    for (const file of ['avif-orientation-6.avif', 'tiff-two-pages.tif', 'gif-transparent.gif']) {
      const bytes = readImage(file);
      const before = sha256(bytes);
      await prepareImage(bytes, spec(64), limits);
      expect(sha256(bytes)).toBe(before);
    }
  });

  test('does not begin when the caller has left', async () => {
    const signal = AbortSignal.abort(new Error('the caller left'));
    await expect(prepareImage(readImage('jpeg-420.jpg'), spec(64), limits, { signal })).rejects.toThrow(
      'the caller left',
    );
  });

  test('stops between two steps when the caller leaves', async () => {
    const controller = new AbortController();
    const prepared = prepareImage(readImage('size-1600x1200.jpg'), spec(64), limits, {
      signal: controller.signal,
    });
    controller.abort(new Error('the caller left'));
    await expect(prepared).rejects.toThrow('the caller left');
  });

  test('survives workers that are ended while they decode', async () => {
    for (let round = 0; round < 4; round++) {
      const worker = new Worker(new URL('./support/decoding-worker.js', import.meta.url));
      await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
      await worker.terminate();
    }
    expect((await prepareImage(readImage('jpeg-420.jpg'), spec(64), limits)).pixels).toHaveLength(
      64 * 64 * 3,
    );
  });
});
