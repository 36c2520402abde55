import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { openPack } from '../../lib/checkpoint/pack/pack.js';
import { convertCheckpoint } from '../../lib/convert/convert.js';
import type { PreprocessingChoices } from '../../lib/convert/preprocessing.js';
import { temporaryFolder } from '../checkpoint/support/temporary-folder.js';
import { fixture, projectRoot } from '../support/project-root.js';

const CHECKPOINT = fixture('models', 'siglip-tiny');

async function convert(preprocessing: PreprocessingChoices) {
  const out = join(await temporaryFolder(), 'pack');
  return (await convertCheckpoint({ checkpoint: CHECKPOINT, out, preprocessing })).manifest;
}

describe('preprocessing chosen at conversion', () => {
  test('by default is the original’s, and each part is told as inferred', async () => {
    const { text, image, inferred } = await convert({});
    expect(text).toMatchObject({ maxTokens: 64, keyMask: true, lowercase: false });
    expect(image).toMatchObject({ geometry: 'short-edge-crop', filter: 'bilinear' });
    for (const word of ['64 tokens', 'hidden', 'not lowercased', 'short edge', 'bilinearly']) {
      expect(inferred.filter((sentence) => sentence.includes(word))).toHaveLength(1);
    }
  });

  test('goes into the manifest, and is told as chosen and not as inferred', async () => {
    const { text, image, inferred } = await convert({
      keyMask: false,
      lowercase: true,
      maxTokens: 40,
      geometry: 'squash',
      filter: 'bicubic',
    });
    expect(text).toMatchObject({ maxTokens: 40, keyMask: false, lowercase: true });
    expect(image).toMatchObject({ geometry: 'squash', filter: 'bicubic' });
    expect(inferred).toEqual([
      'Chosen at conversion, not stated by the checkpoint: keyMask false, lowercase true, maxTokens 40, geometry ' +
        '"squash", filter "bicubic".',
    ]);
  });

  test.each([2, 65])('%d tokens are refused: the encoder has 64 positions', async (maxTokens) => {
    await expect(convert({ maxTokens })).rejects.toMatchObject({
      code: 'invalid_configuration',
      message: expect.stringContaining('expected 3 to 64'),
    });
  });

  test('the command line has an option for each', async () => {
    const out = join(await temporaryFolder(), 'pack');
    const args = '--key-mask off --lowercase --max-tokens 40 --geometry squash --filter bicubic'.split(' ');
    const moderate = join(projectRoot, 'dist', 'bin', 'moderate.js');
    await promisify(execFile)(process.execPath, [moderate, 'convert', CHECKPOINT, '--out', out, ...args]);
    const { manifest } = await openPack(out, { verify: true });
    expect(manifest.text).toMatchObject({ maxTokens: 40, keyMask: false, lowercase: true });
    expect(manifest.image).toMatchObject({ geometry: 'squash', filter: 'bicubic' });
  });
});
