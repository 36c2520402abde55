import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import sharp from 'sharp';
import { ModerationError } from '../../lib/contract/errors.js';
import { defaultLimits } from '../../lib/contract/limits.js';
import { type JpegFrame, readJpegMarkers } from '../../lib/image/codec/jpeg.js';
import { decodeImage, type ImageLimits } from '../../lib/image/decode.js';
import { prepareImage } from '../../lib/image/prepare.js';
import { hostile, images, readImage } from './support/fixtures.js';

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 300);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_124);
const limits = defaultLimits();
const CODES = ['image_too_large', 'image_unsupported', 'image_undecodable'];

/** Parts of a JPEG. */
const START = [0xff, 0xd8];
const COMMENT = [0xff, 0xfe, 0, 2];
const GRAY_FRAME = [0xff, 0xc0, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0];
const END = [0xff, 0xd9];

const SPEC = { size: 64, geometry: 'short-edge-crop', filter: 'bilinear' } as const;

/** The code of the error, or `decoded`. Anything but a declared error fails the test. */
async function outcome(bytes: Uint8Array, imageLimits: ImageLimits = limits): Promise<string> {
  try {
    const { pixels } = await prepareImage(bytes, SPEC, imageLimits);
    expect(pixels).toHaveLength(SPEC.size * SPEC.size * 3);
    return 'decoded';
  } catch (error) {
    if (error instanceof ModerationError && CODES.includes(error.code)) return error.code;
    throw error;
  }
}

describe('hostile files', () => {
  /** Pillow decodes more: PNG whose data is short or does not match its checksum. */
  const OUTCOMES: Record<string, string> = {
    'empty.jpg': 'image_unsupported',
    'one-byte.png': 'image_unsupported',
    'text.jpg': 'image_unsupported',
    'html.png': 'image_unsupported',
    'drawing.svg': 'image_unsupported',
    'drawing-in-disguise.png': 'image_unsupported',
    'script.ps': 'image_unsupported',
    'document.pdf': 'image_unsupported',
    'bitmap.bmp': 'decoded',
    'bitmap-huge.bmp': 'image_too_large',
    'endless.tif': 'image_unsupported',
    'bomb-header.png': 'image_too_large',
    'bomb-14000.png': 'image_too_large',
    'corrupt-scan.jpg': 'decoded',
    'no-end.jpg': 'decoded',
  };

  test.each(hostile)('$file ($note) gets its code', async ({ file }) => {
    expect(await outcome(readImage('hostile', file))).toBe(OUTCOMES[file] ?? 'image_undecodable');
  });

  test('whatever Pillow refuses is refused, but for a JPEG that has all pixels and lacks its end marker', async () => {
    const refused = hostile.filter(
      ({ pillow, file }) => pillow.outcome === 'refused' && file !== 'no-end.jpg',
    );
    expect(refused.length).toBeGreaterThan(10);
    for (const { file } of refused) expect(await outcome(readImage('hostile', file))).not.toBe('decoded');
  });

  test.each([
    'jpeg-420.jpg',
    'jpeg-progressive.jpg',
    'jpeg-cmyk.jpg',
    'png-rgb.png',
    'png-interlaced.png',
    'png-palette.png',
    'webp-lossy.webp',
    'webp-lossless.webp',
    'gif-static.gif',
    'tiff-lzw.tif',
    'avif-420.avif',
  ])('%s is refused when any part of its end is missing', async (file) => {
    const bytes = readImage(file);
    for (let percent = 0; percent < 100; percent += 5) {
      const part = bytes.subarray(0, Math.floor((bytes.length * percent) / 100));
      expect([percent, await outcome(part)]).toEqual([
        percent,
        expect.stringMatching(/un(supported|decodable)$/),
      ]);
    }
  });

  test('a JPEG of a thousand scans is refused before it is decoded', async () => {
    const bytes = readImage('jpeg-progressive.jpg');
    const lastScan = bytes.subarray(bytes.lastIndexOf('\xff\xda', undefined, 'latin1'), -2);
    const bomb = Buffer.concat([
      bytes.subarray(0, -2),
      ...Array<Buffer>(1000).fill(lastScan),
      bytes.subarray(-2),
    ]);
    await expect(decodeImage(bomb, limits)).rejects.toMatchObject({
      code: 'image_undecodable',
      cause: expect.objectContaining({ message: 'too many scans' }),
    });
  });

  test.each([
    [
      'with a second frame',
      (whole: Buffer) => [...whole.subarray(0, -2), ...GRAY_FRAME, ...END],
      'more than one frame',
    ],
    ['without a frame', () => [...START, ...COMMENT, ...END], 'no frame'],
    ['with part of a frame', () => [...START, ...GRAY_FRAME.slice(0, 6)], 'the file ends early'],
  ])('a JPEG %s is refused before libvips sees it', async (_, make, message) => {
    const file = Buffer.from(make(readImage('jpeg-420.jpg')));
    await expect(decodeImage(file, limits)).rejects.toMatchObject({
      code: 'image_undecodable',
      cause: expect.objectContaining({ message }),
    });
  });

  test('a JPEG of 12 bits, which no browser shows, is refused by its name', async () => {
    const bytes = Buffer.from(readImage('jpeg-420.jpg'));
    bytes[frameOf(bytes) + 4] = 12;
    expect(await outcome(bytes)).toBe('image_unsupported');
  });

  test('a JPEG never has another size here than for libvips, however its header is damaged', async () => {
    const bytes = readImage('jpeg-420.jpg');
    const headerEnd = bytes.indexOf('\xff\xda', undefined, 'latin1') + 16;
    let compared = 0;
    for (let at = 2; at < headerEnd; at++) {
      for (const value of [0x00, 0x01, 0xc0, 0xc2, 0xd0, 0xda, 0xff]) {
        const damaged = Buffer.from(bytes);
        damaged[at] = value;
        const own = sizeOr(() => readJpegMarkers(damaged).frame);
        const libvips = await sharp(damaged)
          .metadata()
          .then(sizeOf, () => undefined);
        if (own === undefined || libvips === undefined) continue;
        expect([at, value, own]).toEqual([at, value, libvips]);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(1000);
  });

  test('a JPEG whose scan is cut short by an unknown marker is refused, as by Pillow', async () => {
    const bytes = Buffer.from(readImage('jpeg-420.jpg'));
    bytes.set([0xff, 0x3a], bytes.length - 400);
    expect(await outcome(bytes)).toBe('image_undecodable');
  });

  test('messages hold nothing of what the decoder said', async () => {
    const half = readImage('jpeg-420.jpg').subarray(0, 3000);
    await expect(decodeImage(half, limits)).rejects.toMatchObject({
      message: 'The JPEG image is truncated or corrupt; expected a whole, intact file.',
      cause: expect.any(Error),
    });
  });
});

describe('the limit on pixels', () => {
  test('is lower for AVIF, and told by its name', async () => {
    const bytes = readImage('avif-420.avif');
    const { width, height } = await decodeImage(bytes, limits);
    const tight = { ...limits, maxAvifPixels: width * height - 1 };
    await expect(decodeImage(bytes, tight)).rejects.toMatchObject({
      code: 'image_too_large',
      message: expect.stringMatching(/AVIF image has .* expected at most \d+ in all \(maxAvifPixels\)/),
    });
    expect((await decodeImage(readImage('jpeg-420.jpg'), { ...limits, maxAvifPixels: 1 })).format).toBe(
      'jpeg',
    );
    expect(limits.maxAvifPixels).toBeLessThan(limits.maxImagePixels);
  });

  test('stops a file of a kilobyte that claims 49 megapixels of AVIF before it is decoded', async () => {
    const bytes = Buffer.from(readImage('avif-420.avif'));
    // The image's extent stands in the box ispe, behind four bytes of version and flags.
    const extent = bytes.indexOf('ispe', 0, 'latin1') + 8;
    bytes.writeUInt32BE(7000, extent);
    bytes.writeUInt32BE(7000, extent + 4);
    await expect(decodeImage(bytes, limits)).rejects.toMatchObject({ code: 'image_too_large' });
  });
});

describe('mutated files', () => {
  const files = images.images.map(({ file }) => readImage(file)).filter((bytes) => bytes.length < 60_000);
  const change = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    kind: fc.constantFrom('replace', 'insert', 'remove', 'repeat'),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 12 }),
    /** Headers lie in front, and matter most. */
    inFront: fc.boolean(),
  });
  type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

  function mutate(bytes: Uint8Array, { at, kind, bytes: content, inFront }: Change): Uint8Array {
    const position = Math.floor(at * (inFront ? Math.min(bytes.length, 200) : bytes.length));
    const [before, after] = [bytes.subarray(0, position), bytes.subarray(position)];
    if (kind === 'replace') return Buffer.concat([before, content, after.subarray(content.length)]);
    if (kind === 'insert') return Buffer.concat([before, content, after]);
    if (kind === 'remove') return Buffer.concat([before, after.subarray(content.length)]);
    return Buffer.concat([before, after.subarray(0, 400), after]);
  }

  test(
    `${RUNS} of them give pixels or a declared error, never anything else`,
    async () => {
      const seen = new Set<string>();
      const small = { ...limits, maxImagePixels: 1_000_000 };
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...files),
          fc.array(change, { minLength: 1, maxLength: 4 }),
          async (file, changes) => {
            seen.add(await outcome(changes.reduce<Uint8Array>(mutate, file), small));
          },
        ),
        { numRuns: RUNS, seed: SEED, endOnFailure: true },
      );
      expect([...seen]).toEqual(
        expect.arrayContaining(['decoded', 'image_unsupported', 'image_undecodable']),
      );
    },
    Math.max(30_000, RUNS * 100),
  );
});

/** Where a baseline frame starts. */
function frameOf(bytes: Buffer): number {
  return bytes.indexOf('\xff\xc0', undefined, 'latin1');
}

function sizeOf({ width, height }: { readonly width: number; readonly height: number }): string {
  return `${width} × ${height}`;
}

function sizeOr(read: () => JpegFrame): string | undefined {
  try {
    return sizeOf(read());
  } catch {
    return undefined;
  }
}
