import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type ResampleSpec, resample } from '../../lib/image/resample.js';
import { planResize } from '../../lib/image/resampling/geometry.js';
import type { RgbImage } from '../../lib/image/rgb-image.js';
import { resampleCases, resampleTensors } from './support/fixtures.js';
import { slowResample } from './support/slow-resample.js';

const SHORT_EDGE = { geometry: 'short-edge-crop', filter: 'bilinear' } as const;

function noise(width: number, height: number, seed = 1): RgbImage {
  let state = seed;
  const data = Uint8Array.from({ length: width * height * 3 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
  return { width, height, data };
}

const differences = (got: Uint8Array, wanted: Uint8Array): number =>
  got.length === wanted.length
    ? got.filter((level, at) => level !== wanted[at]).length
    : Number.POSITIVE_INFINITY;

describe('resample, against Pillow and torchvision', () => {
  const tensor = resampleTensors();

  test.each(resampleCases)('$id: $width × $height pixels give the same bytes', (example) => {
    const { id, width, height, target } = example;
    const got = resample({ width, height, data: tensor(`${id}.input`) }, { ...SHORT_EDGE, size: target });
    expect(differences(got, tensor(`${id}.cropped`))).toBe(0);
  });

  test.each(resampleCases)('$id: the long edge is cut off, not rounded', (example) => {
    const plan = planResize(example.width, example.height, example.target, 'short-edge-crop');
    expect([plan.width, plan.height]).toEqual([example.resized_width, example.resized_height]);
  });
});

describe('resample, against a plain computation of the whole picture', () => {
  const specs = fc.record<ResampleSpec>({
    size: fc.integer({ min: 1, max: 40 }),
    geometry: fc.constantFrom('short-edge-crop', 'squash'),
    filter: fc.constantFrom('bilinear', 'bicubic'),
  });
  const edge = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 150 }));

  test('any size, geometry and filter gives the same bytes', () => {
    fc.assert(
      fc.property(specs, edge, edge, fc.nat(), (spec, width, height, seed) => {
        const image = noise(width, height, seed);
        expect(differences(resample(image, spec), slowResample(image, spec))).toBe(0);
      }),
      { numRuns: 150, seed: 20_240_601 },
    );
  });

  test.each([
    ['a row', 1200, 1],
    ['a column', 1, 1200],
    ['a wide strip', 2500, 3],
    ['a tall strip', 3, 2500],
    ['a screenshot of a telephone', 90, 200],
    ['a long conversation', 60, 400],
  ])('%s gives the same bytes', (_, width, height) => {
    const image = noise(width, height);
    for (const filter of ['bilinear', 'bicubic'] as const) {
      for (const geometry of ['short-edge-crop', 'squash'] as const) {
        const spec = { size: 8, geometry, filter };
        expect(differences(resample(image, spec), slowResample(image, spec))).toBe(0);
      }
    }
  });

  test('rows that need several strips give the same bytes', () => {
    const image = noise(700, 500);
    for (const filter of ['bilinear', 'bicubic'] as const) {
      const spec = { size: 64, geometry: 'short-edge-crop', filter } as const;
      expect(differences(resample(image, spec), slowResample(image, spec))).toBe(0);
    }
  });

  test('extreme contrast does not leave the range of a byte', () => {
    const image = noise(60, 60);
    const hard = { ...image, data: image.data.map((level) => (level < 128 ? 0 : 255)) };
    const spec = { size: 97, geometry: 'squash', filter: 'bicubic' } as const;
    expect(differences(resample(hard, spec), slowResample(hard, spec))).toBe(0);
  });
});

describe('resample', () => {
  test('copies the pixels of an image that has the size already', () => {
    const image = noise(64, 64);
    const got = resample(image, { ...SHORT_EDGE, size: 64 });
    expect(differences(got, image.data)).toBe(0);
    expect(got.buffer).not.toBe(image.data.buffer);
  });

  test('only crops when the short edge has the size already', () => {
    const image = noise(64, 70);
    expect(
      differences(resample(image, { ...SHORT_EDGE, size: 64 }), image.data.slice(3 * 64 * 3, -3 * 64 * 3)),
    ).toBe(0);
  });

  test('keeps a single colour as it is', () => {
    const image = { width: 37, height: 61, data: new Uint8Array(37 * 61 * 3).fill(201) };
    for (const filter of ['bilinear', 'bicubic'] as const) {
      const got = resample(image, { size: 32, geometry: 'squash', filter });
      expect(got.every((level) => level === 201)).toBe(true);
    }
  });

  test('gives results that later calls leave alone', () => {
    const first = resample(noise(80, 60, 1), { ...SHORT_EDGE, size: 32 });
    const copy = first.slice();
    resample(noise(300, 900, 2), { ...SHORT_EDGE, size: 224 });
    expect(differences(first, copy)).toBe(0);
  });
});
