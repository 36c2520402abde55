import { readFileSync } from 'node:fs';
import { fixture } from '../../support/project-root.js';
import { Dice } from '../fuzz/dice.js';

/** A request of the soak: what is sent, how many items it holds, and when its caller gives up. */
export interface SoakRequest {
  readonly contentType: string;
  readonly body: Buffer;
  readonly items: number;
  readonly abortsAfterMs: number | undefined;
}

const WORDS = [
  'quiet',
  'morning',
  'lake',
  'river',
  'stone',
  'cloud',
  'lamp',
  'paper',
  'green',
  'seven',
  'утро',
  '静か',
];
const photographs = [0, 1, 2, 3, 6, 9].map((number) =>
  readFileSync(fixture('demo', 'images', `test-0000${number}.jpg`)),
);
const ABORTING = 0.05;
const BAD_ITEM = 0.1;
/** One that the tokenizer's worker gets. */
const LONG_TEXT = 0.05;
const BAD_ENVELOPE = 0.03;
const LINES = 0.2;

/** Request `index`: mixed posts, a tenth of them bad, one caller in twenty impatient. */
export function soakRequest(seed: number, index: number): SoakRequest {
  const dice = new Dice(seed, index);
  const items = dice.weighted([
    [50, 1],
    [30, 4],
    [20, 12],
  ]);
  const abortsAfterMs = dice.chance(ABORTING) ? dice.below(400) : undefined;
  if (dice.chance(BAD_ENVELOPE)) {
    return {
      contentType: 'application/json',
      body: Buffer.from('{"instances":[{]'),
      items: 0,
      abortsAfterMs,
    };
  }
  const posts = Array.from({ length: items }, () => JSON.stringify(post(dice)));
  const lines = dice.chance(LINES);
  return {
    contentType: lines ? 'application/jsonlines' : 'application/json',
    body: Buffer.from(lines ? posts.join('\n') : `{"instances":[${posts.join(',')}]}`),
    items,
    abortsAfterMs,
  };
}

function post(dice: Dice): object {
  if (dice.chance(BAD_ITEM))
    return dice.pick([{}, { text: ' ' }, { image_base64: 'AAAA' }, { texts: 'x' }, { text: 1 }]);
  const words = dice.chance(LONG_TEXT) ? dice.between(300, 500) : dice.between(2, 14);
  const text = `${Array.from({ length: words }, () => dice.pick(WORDS)).join(' ')} ${dice.below(1e9)}`;
  return dice.weighted<() => object>([
    [50, () => ({ text })],
    [25, () => ({ image_base64: photograph(dice) })],
    [25, () => ({ text, image_base64: photograph(dice) })],
  ])();
}

/** One that no cache knows: bytes behind the end of a JPEG are nobody's. */
function photograph(dice: Dice): string {
  return Buffer.concat([dice.pick(photographs), dice.bytes(8)]).toString('base64');
}
