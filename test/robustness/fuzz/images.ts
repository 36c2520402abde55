import { readFileSync } from 'node:fs';
import { hostile, images, readImage } from '../../image/support/fixtures.js';
import { fixture } from '../../support/project-root.js';
import type { Dice } from './dice.js';
import { mutate } from './mutate.js';

/** Small ones make most of the cases; a few are megapixels. */
const SMALL_BYTES = 6000;

const all = images.images.map(({ file }) => readImage(file));
const small = all.filter(({ length }) => length <= SMALL_BYTES);
const hostiles = hostile.map(({ file }) => readImage('hostile', file));
const posts = [
  'anim-second-harmful.gif',
  'anim-second-harmful.webp',
  'alpha-red.png',
  'exif6.jpg',
  'icc-swapped.png',
  'tall-top.png',
].map((name) => readFileSync(fixture('posts', name)));
const photograph = readFileSync(fixture('demo', 'images', 'test-00000.jpg'));

/** An image file of any format: intact, hostile or, mostly, mutated. */
export function imageFile(dice: Dice): Buffer {
  const make = dice.weighted<() => Buffer>([
    [70, () => mutate(dice, dice.pick(small))],
    [10, () => mutate(dice, dice.pick(all))],
    [8, () => dice.pick(small)],
    [2, () => dice.pick(all)],
    [3, () => photograph],
    [6, () => dice.pick(posts)],
    [6, () => mutate(dice, dice.pick(posts))],
    [3, () => dice.pick(hostiles)],
    [2, () => Buffer.concat([dice.pick(small), dice.pick(small)])],
    [2, () => spliced(dice)],
  ]);
  return make();
}

/** The front of one file and the end of another. */
function spliced(dice: Dice): Buffer {
  const [front, end] = [dice.pick(small), dice.pick(small)];
  return Buffer.concat([front.subarray(0, dice.below(front.length)), end.subarray(dice.below(end.length))]);
}
