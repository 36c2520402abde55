import { describe, expect, test } from '@jest/globals';
import { sniffFormat } from '../../lib/image/sniff.js';
import { images, readImage } from './support/fixtures.js';

const FORMATS: Record<string, string> = {
  MPO: 'jpeg',
  JPEG: 'jpeg',
  PNG: 'png',
  WEBP: 'webp',
  GIF: 'gif',
  TIFF: 'tiff',
  AVIF: 'avif',
};
const latin = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const media = (...brands: string[]): Uint8Array => {
  const bytes = latin(`\0\0\0\0ftyp${brands[0]}\0\0\0\0${brands.slice(1).join('')}`);
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(0, bytes.length);
  return bytes;
};

describe('sniffFormat', () => {
  test('tells the format of every fixture by its first bytes', () => {
    const wrong = images.images.filter(
      ({ file, format }) => sniffFormat(readImage(file).subarray(0, 64)) !== FORMATS[format],
    );
    expect(wrong).toEqual([]);
  });

  test.each([
    ['its major brand', media('avif', 'mif1')],
    ['a brand it is compatible with', media('mif1', 'miaf', 'avif')],
    ['the brand of sequences', media('avis', 'msf1')],
  ])('knows AVIF by %s', (_, bytes) => {
    expect(sniffFormat(bytes)).toBe('avif');
  });

  test.each([
    ['SVG', 'SVG or XML', latin('<svg xmlns="x"/>')],
    ['SVG behind a declaration', 'SVG or XML', latin('\n <?xml version="1.0"?><svg/>')],
    ['SVG behind a byte order mark', 'SVG or XML', latin('\xef\xbb\xbf<svg/>')],
    ['HEIC', 'HEIC', media('heic', 'mif1')],
    ['an unnamed HEIF', 'HEIC', media('mif1', 'heic')],
    ['PDF', 'PDF', latin('%PDF-1.7')],
    ['PostScript', 'PostScript', latin('%!PS')],
    ['ICO', 'ICO', latin('\0\0\x01\0')],
    ['JPEG XL', 'JPEG XL', latin('\xff\x0a..')],
    ['BigTIFF', 'BigTIFF', latin('II+\0')],
  ])('refuses %s by name', (_, name, bytes) => {
    expect(() => sniffFormat(bytes)).toThrow(
      expect.objectContaining({ code: 'image_unsupported', message: expect.stringContaining(name) }),
    );
  });

  test.each([
    ['nothing', latin('')],
    ['one byte', latin('\x89')],
    ['half of a signature', latin('\x89PNG')],
    ['text', latin('an image, honestly')],
    ['a brand that only stands in the version field', latin('\0\0\0\x10ftypxxxxavif')],
    ['a brand behind the end of its box', latin('\0\0\0\x10ftypxxxx\0\0\0\0avif')],
    ['WebP of another family', latin('RIFF\0\0\0\0WAVE')],
  ])('refuses %s without quoting it', (_, bytes) => {
    expect(() => sniffFormat(bytes)).toThrow(
      expect.objectContaining({
        code: 'image_unsupported',
        message: expect.stringMatching(
          /^The image is (empty \(0 bytes\)|\d+ bytes of no known format); expected JPEG/,
        ),
      }),
    );
  });
});
