/** Bitmaps, whose pixels Pillow has written down. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { defaultLimits } from '../../lib/contract/limits.js';
import { decodeImage } from '../../lib/image/decode.js';
import { fixture } from '../support/project-root.js';

const { sha256OfRgb } = JSON.parse(readFileSync(fixture('images', 'bmp', 'bmp.json'), 'utf8')) as {
  sha256OfRgb: Record<string, string>;
};
const read = (name: string): Buffer => readFileSync(fixture('images', 'bmp', name));
const limits = defaultLimits();

describe('a bitmap', () => {
  test.each(Object.entries(sha256OfRgb))('%s has the pixels that Pillow gives it', async (name, expected) => {
    const { data, format } = await decodeImage(read(name), limits);
    expect(format).toBe('bmp');
    expect(createHash('sha256').update(data).digest('hex')).toBe(expected);
  });

  test('is refused when any part of its end is missing, by a declared error', async () => {
    for (const name of Object.keys(sha256OfRgb)) {
      const bytes = read(name);
      for (let percent = 0; percent < 95; percent += 7) {
        const cut = bytes.subarray(0, Math.floor((bytes.length * percent) / 100));
        await expect(decodeImage(cut, limits)).rejects.toMatchObject({
          code: expect.stringMatching(/^image_(?:undecodable|unsupported)$/),
        });
      }
    }
  });

  test('with compression is refused by its name', async () => {
    const bytes = Buffer.from(read('2L.bmp'));
    bytes.writeUInt32LE(1, 30);
    await expect(decodeImage(bytes, limits)).rejects.toMatchObject({
      code: 'image_unsupported',
      message: expect.stringContaining('run lengths of 8 bits'),
    });
  });

  test('that claims more pixels than are allowed is refused before anything is painted', async () => {
    const bytes = Buffer.from(read('1RGB.bmp'));
    bytes.writeInt32LE(30_000, 18);
    bytes.writeInt32LE(30_000, 22);
    await expect(decodeImage(bytes, limits)).rejects.toMatchObject({ code: 'image_too_large' });
  });
});
