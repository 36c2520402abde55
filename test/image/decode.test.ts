import { describe, expect, test } from '@jest/globals';
import { defaultLimits } from '../../lib/contract/limits.js';
import { decodeImage } from '../../lib/image/decode.js';
import { images, readImage, sha256 } from './support/fixtures.js';
import { type GifOptions, makeGif, makePng, makeTiff } from './support/made-files.js';

const limits = defaultLimits();

describe('decodeImage, against Pillow', () => {
  test.each(images.images)('$file ($note) gives the same pixels', async (image) => {
    const { width, height, data } = await decodeImage(readImage(image.file), limits);
    expect({ width, height, sha256: sha256(data) }).toEqual({
      width: image.width,
      height: image.height,
      sha256: image.decoded_sha256,
    });
  });
});

describe('decodeImage, on GIF', () => {
  const [red, green, blue, white] = [
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
    [255, 255, 255],
  ] as const;
  const palette = [red, green, blue, white].flat();
  const decode = async (options: GifOptions): Promise<number[]> => [
    ...(await decodeImage(makeGif(options), limits)).data,
  ];

  test('keeps the colour of the transparent entry, inside the frame and around it', async () => {
    const pixels = await decode({
      canvas: [3, 1],
      frame: [1, 0, 2, 1],
      indices: [0, 2],
      globalPalette: palette,
      transparent: 2,
    });
    expect(pixels).toEqual([...blue, ...red, ...blue]);
  });

  test('shows the first entry around an opaque frame', async () => {
    const pixels = await decode({
      canvas: [2, 2],
      frame: [1, 1, 1, 1],
      indices: [3],
      globalPalette: palette,
    });
    expect(pixels).toEqual([...red, ...red, ...red, ...white]);
  });

  test('shows black where the transparent entry lies beyond the palette', async () => {
    const pixels = await decode({
      canvas: [2, 1],
      frame: [1, 0, 1, 1],
      indices: [1],
      globalPalette: palette,
      transparent: 200,
    });
    expect(pixels).toEqual([0, 0, 0, ...green]);
  });

  test('prefers the palette of the frame', async () => {
    const pixels = await decode({
      canvas: [1, 1],
      frame: [0, 0, 1, 1],
      indices: [0],
      globalPalette: palette,
      localPalette: [...blue, ...red, ...red, ...red],
    });
    expect(pixels).toEqual([...blue]);
  });

  test('takes indices for levels of gray where there is no palette', async () => {
    const pixels = await decode({ canvas: [2, 1], frame: [0, 0, 2, 1], indices: [0, 3] });
    expect(pixels).toEqual([0, 0, 0, 3, 3, 3]);
  });

  test('grows the canvas by a frame that sticks out of it', async () => {
    const gif = makeGif({
      canvas: [1, 1],
      frame: [1, 0, 2, 3],
      indices: [1, 1, 1, 1, 1, 1],
      globalPalette: palette,
    });
    expect(await decodeImage(gif, limits)).toMatchObject({ width: 3, height: 3 });
  });

  test('sorts the rows of an interlaced frame', async () => {
    const stored = [0, 8, 4, 2, 6, 1, 3, 5, 7];
    const indices = stored.map((row) => row % 4);
    const pixels = await decode({
      canvas: [1, 9],
      frame: [0, 0, 1, 9],
      indices,
      globalPalette: palette,
      interlaced: true,
    });
    const colours = [red, green, blue, white];
    expect(pixels).toEqual(Array.from({ length: 9 }, (_, row) => colours[row % 4] ?? []).flat());
  });
});

describe('decodeImage, on TIFF', () => {
  const rgb = {
    width: 2,
    height: 1,
    photometric: 2,
    samples: 3,
    bits: 8,
    data: Uint8Array.of(1, 2, 3, 4, 5, 6),
  };

  test('decodes the first page of a chain that never ends', async () => {
    const { data } = await decodeImage(makeTiff({ ...rgb, next: 8 }), limits);
    expect([...data]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('cuts 16-bit gray off at 255, as Pillow does', async () => {
    const levels = Uint16Array.of(7, 255, 256, 65_535);
    const tiff = makeTiff({
      width: 4,
      height: 1,
      photometric: 1,
      samples: 1,
      bits: 16,
      data: new Uint8Array(levels.buffer),
    });
    expect([...(await decodeImage(tiff, limits)).data]).toEqual([7, 255, 255, 255].flatMap((v) => [v, v, v]));
  });

  test.each([
    ['CIELAB', { photometric: 8 }],
    ['YCbCr that is not JPEG', { photometric: 6 }],
    ['32-bit RGB', { bits: 32, data: new Uint8Array(24) }],
    ['ZSTD', { compression: 50_000 }],
    ['12-bit gray', { photometric: 1, samples: 1, bits: 12 }],
  ])('refuses %s, whose colours would differ from Pillow', async (_, change) => {
    await expect(decodeImage(makeTiff({ ...rgb, ...change }), limits)).rejects.toMatchObject({
      code: 'image_unsupported',
      message: expect.stringMatching(/^The TIFF image has photometric interpretation \d+, .*; expected gray/),
    });
  });
});

describe('decodeImage, on the limits', () => {
  test('judges bytes before it looks at them', async () => {
    await expect(decodeImage(new Uint8Array(2000), { ...limits, maxImageBytes: 1999 })).rejects.toMatchObject(
      {
        code: 'image_too_large',
        message: 'The image has 2000 bytes; expected at most 1999 (maxImageBytes).',
      },
    );
  });

  test('judges the edges before it decodes', async () => {
    const png = makePng(1, 1, { width: 40_000, height: 10 });
    await expect(decodeImage(png, limits)).rejects.toMatchObject({
      code: 'image_too_large',
      message: 'The PNG image has 40000 × 10 pixels; expected edges of at most 32768 pixels (maxImageEdge).',
    });
  });

  test('judges sizes that no decoder can hold', async () => {
    const png = makePng(1, 1, { width: 4, height: 0x7fff_ffff });
    await expect(decodeImage(png, limits)).rejects.toMatchObject({ code: 'image_too_large' });
  });

  test('judges the pixels before it decodes', async () => {
    const png = makePng(1, 1, { width: 10_000, height: 10_000 });
    await expect(decodeImage(png, limits)).rejects.toMatchObject({
      code: 'image_too_large',
      message: 'The PNG image has 10000 × 10000 pixels; expected at most 50000000 in all (maxImagePixels).',
    });
  });

  test('judges the canvas of a GIF, however small its frame', async () => {
    const gif = makeGif({ canvas: [65_535, 65_535], frame: [0, 0, 1, 1], indices: [0] });
    await expect(decodeImage(gif, limits)).rejects.toMatchObject({ code: 'image_too_large' });
  });

  test('accepts an image that just keeps them', async () => {
    const png = makePng(30, 20);
    const exact = { maxImageBytes: png.length, maxImagePixels: 600, maxAvifPixels: 600, maxImageEdge: 30 };
    expect(await decodeImage(png, exact)).toMatchObject({ width: 30, height: 20, format: 'png' });
  });
});
