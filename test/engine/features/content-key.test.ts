import { describe, expect, test } from '@jest/globals';
import { ContentKeys } from '../../../lib/engine/features/content-key.js';

describe('the key of content', () => {
  const keys = new ContentKeys('pack-1');
  const bytes = (text: string) => new Uint8Array(Buffer.from(text));

  test('is equal for equal content and different for different content', async () => {
    expect(keys.ofText('zorp')).toBe(keys.ofText('zorp'));
    expect(keys.ofText('zorp')).not.toBe(keys.ofText('zorq'));
    expect(await keys.ofImage(bytes('zorp'))).toBe(await keys.ofImage(bytes('zorp')));
    expect(await keys.ofImage(bytes('zorp'))).not.toBe(await keys.ofImage(bytes('zorq')));
  });

  test('tells modalities and packs apart', async () => {
    expect(keys.ofText('zorp')).not.toBe(await keys.ofImage(bytes('zorp')));
    expect(keys.ofText('zorp')).not.toBe(new ContentKeys('pack-2').ofText('zorp'));
  });

  test('of an image is that of the window on a buffer, whatever its size', async () => {
    for (const size of [10, 1_000_000]) {
      const buffer = new Uint8Array(size + 20).fill(7);
      const window = buffer.subarray(5, 5 + size);
      expect(await keys.ofImage(window)).toBe(await keys.ofImage(new Uint8Array(size).fill(7)));
    }
  });
});
