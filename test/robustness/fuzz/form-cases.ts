import type { Dice } from './dice.js';
import type { PostCase } from './fuzz-case.js';
import { imageFile } from './images.js';
import { mutate } from './mutate.js';
import { text } from './texts.js';

const NAMES = ['text', 'image', 'id', 'parameters', 'image_base64', 'TEXT', '', '__proto__', 'files[]'];
const HEADERS = [
  'Content-Transfer-Encoding: base64',
  'Content-Type: text/plain; charset=utf-16',
  'X: y',
  ' folded',
  'no colon',
];

/** `multipart/form-data`: parts that are right, doubled, misnamed or spoilt byte by byte. */
export function formCase(dice: Dice): PostCase {
  const boundary = dice.chance(0.95)
    ? 'edge'
    : dice.pick(['e'.repeat(70), 'e'.repeat(71), 'a b', "'()+_,-./:=?"]);
  const parts: Buffer[] = [];
  if (dice.chance(0.8)) parts.push(part(dice, 'text', Buffer.from(text(dice))));
  if (dice.chance(0.6)) parts.push(part(dice, 'image', imageFile(dice), '; filename="a.png"'));
  if (dice.chance(0.3)) parts.push(part(dice, 'id', Buffer.from(`form-${dice.below(100)}`)));
  if (dice.chance(0.2)) parts.push(part(dice, 'parameters', Buffer.from('{"timings":true}')));
  if (dice.chance(0.1)) parts.push(part(dice, dice.pick(NAMES), dice.bytes(dice.below(40))));
  const opened = parts.map((content) => Buffer.concat([Buffer.from(`--${boundary}\r\n`), content]));
  const body = Buffer.concat([...opened, Buffer.from(`--${boundary}--\r\n`)]);
  const quoted = dice.chance(0.9) ? boundary : `"${boundary}"`;
  return {
    kind: 'post',
    family: 'multipart',
    contentType: `multipart/form-data; boundary=${quoted}`,
    body: dice.chance(0.5) ? mutate(dice, body) : body,
  };
}

function part(dice: Dice, name: string, content: Buffer, rest = ''): Buffer {
  const headers = [`Content-Disposition: form-data; name="${name}"${rest}`];
  if (dice.chance(0.06)) headers.push(dice.pick(HEADERS));
  return Buffer.concat([Buffer.from(`${headers.join('\r\n')}\r\n\r\n`), content, Buffer.from('\r\n')]);
}

/** A bare image under some image type. */
export function imageCase(dice: Dice): PostCase {
  const contentType = dice.pick(['image/png', 'image/jpeg', 'image/webp', 'image/svg+xml', 'image/whatever']);
  return { kind: 'post', family: 'image', contentType, body: imageFile(dice), holds: ['image'] };
}
