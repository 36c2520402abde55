import { describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { downscaled } from '../../../lib/client/image/downscale.js';

const SMALL = { shorterEdge: 224, quality: 95 };

/** A smooth picture, so that JPEG keeps it well. */
function picture(width: number, height: number, channels: 3 | 4 = 3) {
  const data = Buffer.alloc(width * height * channels, 255);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = (y * width + x) * channels;
      data[at] = (255 * x) / width;
      data[at + 1] = (255 * y) / height;
      data[at + 2] = 128;
    }
  }
  return sharp(data, { raw: { width, height, channels } });
}

async function sizeOf(image: Uint8Array | string): Promise<[number, number, string]> {
  const { width, height, format } = await sharp(Buffer.from(image as Uint8Array)).metadata();
  return [width, height, format];
}

describe('a large image becomes a JPEG whose shorter edge is as asked', () => {
  test.each([
    ['JPEG', () => picture(1200, 900).jpeg().toBuffer()],
    ['PNG', () => picture(1200, 900).png().toBuffer()],
    ['WebP', () => picture(1200, 900).webp({ quality: 100, effort: 0 }).toBuffer()],
    ['PNG with alpha that covers nothing', () => picture(1200, 900).ensureAlpha().png().toBuffer()],
  ])('%s', async (_, make) => {
    const image = await make();
    const small = await downscaled(image, SMALL);
    expect(await sizeOf(small)).toEqual([299, 224, 'jpeg']);
    expect(small.length).toBeLessThan(image.length);
  });

  test('from base64 and from a data URL', async () => {
    const base64 = (await picture(1200, 900).png().toBuffer()).toString('base64');
    expect(await sizeOf(await downscaled(base64, SMALL))).toEqual([299, 224, 'jpeg']);
    expect(await sizeOf(await downscaled(`data:image/png;base64,${base64}`, SMALL))).toEqual([
      299,
      224,
      'jpeg',
    ]);
  });

  test('unless something shines through, which the service tells', async () => {
    const image = await picture(1200, 900).ensureAlpha(0.5).png().toBuffer();
    expect(await downscaled(image, SMALL)).toBe(image);
  });

  test('with its colour profile, which the service tells', async () => {
    const image = await picture(1200, 900).withIccProfile('p3').jpeg().toBuffer();
    const { icc } = await sharp(Buffer.from((await downscaled(image, SMALL)) as Uint8Array)).metadata();
    expect(icc).toEqual((await sharp(image).metadata()).icc);
  });

  test('as it is stored, with its EXIF orientation, which the service tells', async () => {
    const turned = await picture(1200, 900).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const small = await downscaled(turned, SMALL);
    expect(await sizeOf(small)).toEqual([299, 224, 'jpeg']);
    expect((await sharp(Buffer.from(small as Uint8Array)).metadata()).orientation).toBe(6);
  });

  test('with nearly the same colours', async () => {
    const small = await downscaled(await picture(1200, 900).png().toBuffer(), SMALL);
    const [got, expected] = await Promise.all([
      sharp(Buffer.from(small as Uint8Array))
        .resize(32, 32, { fit: 'fill' })
        .raw()
        .toBuffer(),
      picture(1200, 900).resize(32, 32, { fit: 'fill' }).raw().toBuffer(),
    ]);
    for (const [at, value] of expected.entries())
      expect(Math.abs((got[at] ?? 0) - value)).toBeLessThanOrEqual(4);
  });
});

describe('an image travels as it is', () => {
  test.each([
    ['when it is small already', () => picture(400, 224).png().toBuffer()],
    ['when it is a GIF', () => picture(1200, 900).gif().toBuffer()],
    ['when it has 16 bits', () => picture(1200, 900).toColourspace('rgb16').png().toBuffer()],
    ['when it is no image', async () => Buffer.from('nothing of the kind')],
    ['when it is truncated', async () => (await picture(1200, 900).jpeg().toBuffer()).subarray(0, 2000)],
  ])('%s', async (_, make) => {
    const image = await make();
    expect(await downscaled(image, SMALL)).toBe(image);
  });

  test('when nobody asked for less', async () => {
    const image = await picture(1200, 900).png().toBuffer();
    expect(await downscaled(image, undefined)).toBe(image);
  });
});
