import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openPack } from '../../../lib/checkpoint/pack/pack.js';
import { openSafetensors } from '../../../lib/checkpoint/safetensors/file.js';
import { convertCheckpoint } from '../../../lib/convert/convert.js';
import { compareArrays } from '../../../lib/numeric/compare.js';
import { sigmoid } from '../../../lib/numeric/sigmoid.js';
import { layoutBatch, textRow } from '../../../lib/text/sequence.js';
import { temporaryFolder } from '../../checkpoint/support/temporary-folder.js';
import { readModelCases } from '../../support/model-cases.js';
import { PackRunner } from '../../support/pack-runner.js';
import { fixture } from '../../support/project-root.js';

/** Of a probability from PyTorch's in float32: eleven bits of a product, a few dozen products deep. */
const MAX_DIFFERENCE = 2e-3;

/** The CPU provider runs float16 as float32 between casts: the roundings of weights and results are those of a GPU. */
describe.each(['siglip-tiny', 'siglip-odd', 'clip-tiny', 'clip-mtl'])('%s in fp16', (model) => {
  let folder: string;
  let runner: PackRunner;

  beforeAll(async () => {
    folder = join(await temporaryFolder(), 'pack');
    const checkpoint = fixture('models', model);
    runner = await PackRunner.load(await convertCheckpoint({ checkpoint, out: folder, precision: 'fp16' }));
  });
  afterAll(() => runner.close());

  test('answers as PyTorch does in float32, to three digits', async () => {
    for (const example of await readModelCases(model)) {
      const { id, tokenIds, pixels, textPresent, imagePresent, probabilities } = example;
      if (textPresent + imagePresent === 0) continue;
      const features = {
        text: await runner.textFeatures(layoutBatch([textRow(tokenIds, runner.manifest.text)])),
        image: await runner.imageFeatures([pixels]),
      };
      const logits = await runner.logits(features, { text: [textPresent], image: [imagePresent] });
      const { max } = compareArrays(logits.map(sigmoid), probabilities);
      expect([id, max <= MAX_DIFFERENCE, max]).toEqual([id, true, max]);
    }
  });

  test('stores encoders’ matrices as float16, norms and the head as float32', async () => {
    const { manifest } = await openPack(folder, { verify: true });
    expect(manifest.precision).toBe('fp16');
    const { tensors } = await openSafetensors(join(folder, manifest.weights));
    const expectDtype = (pattern: RegExp, dtype: string) => {
      const found = [...tensors.values()].filter(({ name }) => pattern.test(name));
      expect(found.length).toBeGreaterThan(0);
      expect(found.filter((tensor) => tensor.dtype !== dtype)).toEqual([]);
    };
    expectDtype(/(mlp\.fc\d|_proj|token_embedding)\.weight$/, 'F16');
    expectDtype(/norm\d?\.(weight|bias)$/, 'F32');
    expectDtype(/^(proj_t|proj_i|gate|g_t)\./, 'F32');
  });
});
