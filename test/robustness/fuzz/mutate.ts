import type { Dice } from './dice.js';

/** Bytes that mean something to one parser or another. */
const TOKENS = [
  ...['{', '}', '[', ']', '"', '\\', ':', ',', '\n', '\r\n', '\0', '\xff', '\xc3(', '\xef\xbb\xbf'],
  ...['\xf0\x9f\x98', '\xed\xa0\x80', '\xc0\x80', '\xf4\x90\x80\x80'],
  ...[
    'null',
    'true',
    '1e999',
    '-',
    '-0',
    '1E-400',
    '0x10',
    '00',
    'NaN',
    'Infinity',
    '123456789012345678901234567890',
  ],
  ...[
    '"__proto__":1,',
    '"constructor":{},',
    '"instances":[',
    '"text":',
    '"id":"x",',
    '\\ud800',
    '\\u0000',
    '\\u',
  ],
  ...['--edge', '--edge--\r\n', 'Content-Disposition: form-data; name="text"\r\n\r\n', '=', '/', '+', '-_'],
  ...['data:image/png;base64,', '"parameters":{}', '"thresholds":{"__proto__":0}', '//x\n', '/*', "'"],
].map((token) => Buffer.from(token, 'latin1'));

const LENGTHS = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff];

/** One to four changes of any kind, at places that lie in front more often than not: headers matter most. */
export function mutate(dice: Dice, bytes: Buffer): Buffer {
  let result = bytes;
  for (let count = dice.between(1, 4); count > 0; count--) result = change(dice, result);
  return result;
}

function change(dice: Dice, bytes: Buffer): Buffer {
  const reach = dice.chance(0.5) ? Math.min(bytes.length, 256) : bytes.length;
  const at = dice.below(reach + 1);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  const count = dice.chance(0.8) ? dice.between(1, 4) : dice.between(1, 400);
  switch (dice.below(8)) {
    case 0:
      return Buffer.concat([before, dice.bytes(Math.min(count, 16)), after.subarray(count)]);
    case 1:
      return Buffer.concat([before, dice.pick(TOKENS), after]);
    case 2:
      return Buffer.concat([before, after.subarray(count)]);
    case 3:
      return Buffer.concat([before, after.subarray(0, 400), after]);
    case 4:
      return before;
    case 5:
      return flipBit(dice, bytes);
    case 6:
      return overwriteNumber(dice, bytes, at);
    default:
      return Buffer.concat([before, dice.pick(TOKENS), after.subarray(dice.between(0, 3))]);
  }
}

function flipBit(dice: Dice, bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  if (copy.length === 0) return copy;
  const at = dice.below(copy.length);
  copy[at] = (copy[at] ?? 0) ^ (1 << dice.below(8));
  return copy;
}

/** A length or an edge that lies. */
function overwriteNumber(dice: Dice, bytes: Buffer, at: number): Buffer {
  if (bytes.length < at + 4) return bytes;
  const copy = Buffer.from(bytes);
  const value = dice.pick(LENGTHS);
  if (dice.chance(0.5)) copy.writeUInt32BE(value, at);
  else copy.writeUInt16LE(value & 0xffff, at);
  return copy;
}
