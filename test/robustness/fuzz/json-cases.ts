import fc from 'fast-check';
import type { Dice } from './dice.js';
import type { PostCase } from './fuzz-case.js';
import { imageFile } from './images.js';
import { mutate } from './mutate.js';
import { text } from './texts.js';

const ODD_VALUES = [
  'null',
  'true',
  '0',
  '-0',
  '1e999',
  '1E-400',
  '[]',
  '{}',
  '[[1]]',
  '{"text":"a"}',
  '""',
  '1.5e+3',
];
const KEYS = [
  '__proto__',
  'constructor',
  'toString',
  'TEXT',
  'text ',
  'image',
  'image_url',
  'Id',
  '',
  'x'.repeat(2000),
];
const THRESHOLDS = ['0', '1', '0.5', '-0.1', '1.1', '1e-300', '"0.5"', 'null', '1e999'];
/** Of the demonstration model and of none. */
const CLASSES = ['racist', 'sexist', 'otherhate', '__proto__', 'nobody', ''];

/** `application/json`: an envelope of items or a single item, hostile in its values, keys, numbers or bytes. */
export function jsonCase(dice: Dice): PostCase {
  const make = dice.weighted<() => Buffer>([
    [60, () => Buffer.from(envelope(dice, dice.between(1, 4)))],
    [15, () => Buffer.from(item(dice))],
    [8, () => arbitraryValue(dice)],
    [5, () => Buffer.from(deep(dice))],
    [3, () => Buffer.from(envelope(dice, dice.between(100, 140), shortItem))],
    [1, () => Buffer.from(`{"instances":[${'null,'.repeat(dice.between(100, 5000))}null]}`)],
  ]);
  const body = make();
  const spoilt = dice.chance(0.45) ? mutate(dice, body) : body;
  return { kind: 'post', family: 'json', contentType: contentType(dice), body: spoilt };
}

/** `application/jsonlines`: items, blanks and rubbish, one a line. */
export function linesCase(dice: Dice): PostCase {
  const count = dice.chance(0.02) ? dice.between(200, 1000) : dice.between(1, 5);
  const one = count > 5 ? shortItem : item;
  const lines = Array.from({ length: count }, () =>
    dice.chance(0.08) ? dice.pick(['', ' ', '{', 'null', '[]', '\r', '\u2028']) : one(dice),
  );
  const body = Buffer.from(lines.join(dice.chance(0.1) ? '\r\n' : '\n') + (dice.chance(0.5) ? '\n' : ''));
  return {
    kind: 'post',
    family: 'jsonlines',
    contentType: dice.pick([
      'application/jsonlines',
      'application/x-ndjson',
      'application/jsonlines; charset=utf-8',
    ]),
    body: dice.chance(0.4) ? mutate(dice, body) : body,
  };
}

function contentType(dice: Dice): string {
  if (dice.chance(0.97)) return 'application/json';
  return dice.pick([
    'application/json; charset=utf-8',
    'application/json; charset=latin1',
    'text/plain',
    'a/b;c',
    '/',
  ]);
}

function envelope(dice: Dice, items: number, one: (dice: Dice) => string = item): string {
  const instances = `"instances":[${Array.from({ length: items }, () => one(dice)).join(',')}]`;
  const parts = dice.chance(0.5) ? [instances, `"parameters":${parameters(dice)}`] : [instances];
  if (dice.chance(0.03)) parts.push(`${JSON.stringify(dice.pick(KEYS))}:${dice.pick(ODD_VALUES)}`);
  return `{${dice.shuffled(parts).join(',')}}`;
}

function parameters(dice: Dice): string {
  const thresholds = Array.from(
    { length: dice.below(3) },
    () => `${JSON.stringify(dice.pick(CLASSES))}:${dice.pick(THRESHOLDS)}`,
  );
  const parts = [
    `"thresholds":{${thresholds.join(',')}}`,
    `"timings":${dice.pick(['true', 'false', 'null', '1'])}`,
    ...['frames', 'windows', 'tiles'].flatMap((name) =>
      dice.chance(0.5)
        ? [`"${name}":${dice.chance(0.9) ? dice.pick(['true', 'true', 'false']) : dice.pick(ODD_VALUES)}`]
        : [],
    ),
    ...(dice.chance(0.5)
      ? [`"views":${dice.pick(['["shown"]', '["shown"]', '[]', 'null', '["stored"]', '"shown"'])}`]
      : []),
  ];
  return `{${parts.join(',')}}`;
}

function shortItem(dice: Dice): string {
  return `{"text":${JSON.stringify(text(dice).slice(0, 40))}}`;
}

function item(dice: Dice): string {
  const fields: string[] = [];
  const odd = (): boolean => dice.chance(0.04);
  if (dice.chance(0.8)) fields.push(`"text":${odd() ? dice.pick(ODD_VALUES) : literal(dice, text(dice))}`);
  if (dice.chance(0.35)) fields.push(`"image_base64":${odd() ? dice.pick(ODD_VALUES) : base64(dice)}`);
  if (dice.chance(0.12)) fields.push(`"images":${odd() ? dice.pick(ODD_VALUES) : imageList(dice)}`);
  if (dice.chance(0.4)) fields.push(`"id":${odd() ? dice.pick(ODD_VALUES) : JSON.stringify(id(dice))}`);
  if (dice.chance(0.05)) fields.push(`${JSON.stringify(dice.pick(KEYS))}:${dice.pick(ODD_VALUES)}`);
  if (dice.chance(0.03)) fields.push(dice.pick([...fields, '"text":"twice"']));
  return `{${dice.shuffled(fields).join(',')}}`;
}

function imageList(dice: Dice): string {
  const count = dice.chance(0.05) ? dice.between(9, 14) : dice.below(4);
  return `[${Array.from({ length: count }, () => base64(dice)).join(',')}]`;
}

function id(dice: Dice): string {
  return dice.chance(0.9) ? `post-${dice.below(1000)}` : 'i'.repeat(dice.pick([0, 1, 256, 257, 5000]));
}

/** A JSON string, with its characters escaped in one way or another. */
function literal(dice: Dice, value: string): string {
  const plain = JSON.stringify(value);
  if (value.length > 500 || dice.chance(0.7)) return plain;
  const escaped = (unit: string): string =>
    dice.chance(0.3)
      ? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
      : JSON.stringify(unit).slice(1, -1);
  return `"${value.split('').map(escaped).join('')}"`;
}

function base64(dice: Dice): string {
  const encoded = imageFile(dice).toString('base64');
  return JSON.stringify(
    dice.weighted<() => string>([
      [80, () => encoded],
      [5, () => `data:image/png;base64,${encoded}`],
      [2, () => `data:image/png,${encoded}`],
      [3, () => encoded.replace(/=+$/, '')],
      [3, () => encoded.replaceAll('+', '-').replaceAll('/', '_')],
      [3, () => encoded.replace(/(.{76})/g, '$1\n')],
      [2, () => mutate(dice, Buffer.from(encoded)).toString('latin1')],
      [1, () => ''],
      [1, () => 'https://192.0.2.1/picture.png'],
    ])(),
  );
}

/** Any JSON value at all, by fast-check. */
function arbitraryValue(dice: Dice): Buffer {
  const [value] = fc.sample(fc.json({ noUnicodeString: false } as fc.JsonSharedConstraints), {
    seed: dice.below(2 ** 31),
    numRuns: 1,
  });
  return Buffer.from(dice.chance(0.5) ? (value ?? 'null') : `{"instances":[${value}]}`);
}

function deep(dice: Dice): string {
  const depth = dice.pick([15, 16, 17, 1000, 20_000]);
  const [open, close] = dice.pick([
    ['[', ']'],
    ['{"a":', '}'],
  ] as const);
  const nested = `${open.repeat(depth)}1${close.repeat(depth)}`;
  return dice.chance(0.5) ? nested : `{"instances":[{"text":${nested}}]}`;
}
