import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { expectedTensors } from '../../../lib/checkpoint/architecture/expected-tensors.js';
import type { Architecture } from '../../../lib/checkpoint/architecture.js';
import { layOut } from '../../../lib/checkpoint/safetensors/write.js';
import { PRESETS, type PresetName } from '../../../lib/checkpoint/synthesize/presets.js';
import { fixture } from '../../support/project-root.js';

/** Names and shapes of the published checkpoints, read off the original classes. */
const published: Record<PresetName, Record<string, number[]>> = JSON.parse(
  await readFile(fixture('architecture', 'tensors.json'), 'utf8'),
);

describe.each([
  ['siglip2-base', 426],
  ['clip-b32', 416],
  ['clip-b32-mtl', 428],
] as const)('the tensors of %s', (preset, count) => {
  const expected = expectedTensors(PRESETS[preset].architecture);

  test(`are the ${count} published ones, with their shapes`, () => {
    expect(expected.size).toBe(count);
    expect(Object.fromEntries(expected)).toEqual(published[preset]);
  });
});

test('the encoder of siglip2-base alone makes a file of exactly the published size', () => {
  const tensors = [...expectedTensors(PRESETS['siglip2-base'].architecture)]
    .filter(([name]) => name.startsWith('backbone.'))
    .map(([name, shape]) => ({ name: name.slice('backbone.'.length), dtype: 'F32' as const, shape }));
  const layout = layOut(tensors);
  expect(tensors.length).toBe(408);
  expect(layout.header.byteLength).toBe(49_024);
  expect(layout.bytes).toBe(1_500_800_904);
});

test('heads without a hidden layer are one linear layer each, and log_vars is there only where it was stored', () => {
  const { architecture } = PRESETS['clip-b32-mtl'];
  const plain: Architecture = {
    ...architecture,
    head: { ...architecture.head, hiddenWidth: null, lossWeights: false },
  };
  const head = [...expectedTensors(plain)].filter(
    ([name]) => name.startsWith('heads.') || name === 'log_vars',
  );
  expect(head).toEqual(
    [0, 1, 2, 3, 4].flatMap((index) => [
      [`heads.${index}.weight`, [1, 512]],
      [`heads.${index}.bias`, [1]],
    ]),
  );
});
