import { Dice } from './dice.js';
import { formCase, imageCase } from './form-cases.js';
import type { DecodeCase, FuzzCase } from './fuzz-case.js';
import { imageFile } from './images.js';
import { jsonCase, linesCase } from './json-cases.js';
import { protocolCase } from './protocol-cases.js';

/** Case `index` of the run with this seed. */
export function makeCase(seed: number, index: number): FuzzCase {
  const dice = new Dice(seed, index);
  return dice.weighted<(dice: Dice) => FuzzCase>([
    [28, jsonCase],
    [16, linesCase],
    [14, formCase],
    [14, imageCase],
    [14, protocolCase],
    [14, decodeCase],
  ])(dice);
}

function decodeCase(dice: Dice): DecodeCase {
  return {
    kind: 'decode',
    family: 'decoder',
    bytes: imageFile(dice),
    spec: {
      size: dice.pick([1, 32, 64, 224]),
      geometry: dice.pick(['short-edge-crop', 'squash']),
      filter: dice.pick(['bilinear', 'bicubic']),
    },
    maxImagePixels: dice.pick([10_000, 1_000_000]),
    wishes: { frames: dice.chance(0.5), tiles: dice.chance(0.5), shown: dice.chance(0.5) },
  };
}
