import type { Dice } from './dice.js';
import type { RawCase } from './fuzz-case.js';
import { mutate } from './mutate.js';

const ITEM = '{"text":"ab"}';
const NOTHING = Buffer.alloc(0);

/** HTTP itself, bent: on a connection of its own. */
export function protocolCase(dice: Dice): RawCase {
  return dice.weighted<(dice: Dice) => RawCase>([
    [40, spoiltRequest],
    [12, smuggling],
    [10, wrongLength],
    [8, brokenChunks],
    [5, headerFlood],
    [6, pipelined],
    [6, leaving],
    [4, surface],
    [3, trickling],
    [3, expectations],
    [3, rubbish],
  ])(dice);
}

interface Rest {
  readonly leaves?: boolean;
  readonly maxReplies?: number;
  readonly mustRefuse?: boolean;
  readonly pauseMs?: number;
}

function raw(parts: readonly (string | Buffer)[], rest: Rest = {}): RawCase {
  const { leaves = false, maxReplies = 1, mustRefuse = false, pauseMs = 0 } = rest;
  const sent = parts.map((bytes) => ({
    bytes: typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes,
    pauseMs,
  }));
  return { kind: 'raw', family: 'protocol', parts: sent, leaves, maxReplies, mustRefuse };
}

function post(headers: readonly string[], body: string, path = '/invocations'): string {
  const all = [`POST ${path} HTTP/1.1`, 'Host: x', 'Content-Type: application/json', ...headers];
  return `${all.join('\r\n')}\r\n\r\n${body}`;
}

const length = (body: string): string => `Content-Length: ${body.length}`;
const chunk = (body: string): string => `${body.length.toString(16)}\r\n${body}\r\n`;
const whole = (dice: Dice): string =>
  dice.chance(0.5)
    ? post([length(ITEM), 'Connection: close'], ITEM)
    : post(['Transfer-Encoding: chunked', 'Connection: close'], `${chunk(ITEM)}0\r\n\r\n`);

/** A request with some bytes changed. What is cut off in the middle may hold a second one, hence two replies. */
function spoiltRequest(dice: Dice): RawCase {
  return raw([mutate(dice, Buffer.from(whole(dice)))], { maxReplies: 3 });
}

/** Two readings of where a body ends. The request inside must never be answered. */
function smuggling(dice: Dice): RawCase {
  const inner = 'GET /ping HTTP/1.1\r\nHost: x\r\n\r\n';
  const chunked = dice.pick([
    'Transfer-Encoding: chunked',
    'Transfer-Encoding:\tchunked',
    'Transfer-Encoding: xchunked',
    'Transfer-Encoding : chunked',
    ' Transfer-Encoding: chunked',
    'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity',
    'Transfer-Encoding: identity, chunked, identity',
    'transfer-encoding: \x0bchunked',
    'X: y\nTransfer-Encoding: chunked',
  ]);
  const heads = dice.pick([
    [length(inner), chunked],
    [chunked, length(inner)],
    ['Content-Length: 5', `Content-Length: ${5 + inner.length}`],
    [`Content-Length: 5, ${5 + inner.length}`],
    ['Content-Length: +5'],
    ['Content-Length: 0x5'],
    ['Content-Length: 5 5'],
  ]);
  return raw([post([...heads], `0\r\n\r\n${inner}`)], { mustRefuse: true });
}

/** Shorter or longer than it says. What follows a shorter body is read as a request of its own, and refused. */
function wrongLength(dice: Dice): RawCase {
  if (dice.chance(0.5)) {
    const short = dice.below(ITEM.length);
    return raw([post([`Content-Length: ${short}`], ITEM)], { maxReplies: 2, mustRefuse: true });
  }
  const claimed = dice.pick([ITEM.length + 1, 1000, 2 ** 31, 2 ** 53, Number.MAX_VALUE]).toString();
  return raw([post([`Content-Length: ${claimed}`], ITEM)], { mustRefuse: true, leaves: dice.chance(0.8) });
}

function brokenChunks(dice: Dice): RawCase {
  const bodies = [
    `zz\r\n${ITEM}\r\n0\r\n\r\n`,
    `-d\r\n${ITEM}\r\n0\r\n\r\n`,
    `ffffffffffffffffff\r\n${ITEM}\r\n0\r\n\r\n`,
    `d\r\n${ITEM}0\r\n\r\n`,
    `d\n${ITEM}\n0\n\n`,
    `d;${'x'.repeat(20_000)}\r\n${ITEM}\r\n0\r\n\r\n`,
    `c\r\n${ITEM}\r\n0\r\n\r\n`,
    `0x${chunk(ITEM)}0\r\n\r\n`,
  ];
  return raw([post(['Transfer-Encoding: chunked'], dice.pick(bodies))], { mustRefuse: true });
}

function headerFlood(dice: Dice): RawCase {
  const flood = dice.pick([
    'X-Flood: yes\r\n'.repeat(2000),
    `X-Flood: ${'y'.repeat(20_000)}\r\n`,
    `${'X'.repeat(20_000)}: y\r\n`,
    'a:\r\n'.repeat(6000),
  ]);
  const path = dice.chance(0.2) ? `/${'p'.repeat(20_000)}` : '/invocations';
  return raw([`POST ${path} HTTP/1.1\r\nHost: x\r\n${flood}${length(ITEM)}\r\n\r\n${ITEM}`], {
    mustRefuse: true,
  });
}

function pipelined(dice: Dice): RawCase {
  const count = dice.between(2, 8);
  const request = post([length(ITEM)], ITEM);
  const last = dice.chance(0.5) ? post([length(ITEM), 'Connection: close'], ITEM) : 'rubbish\r\n\r\n';
  return raw([request.repeat(count) + last], { maxReplies: count + 1 });
}

/** The caller goes away in the middle of its request, or before it is answered. */
function leaving(dice: Dice): RawCase {
  const request = whole(dice);
  const cut = dice.chance(0.5) ? request.length : dice.between(1, request.length);
  return raw([request.slice(0, cut)], { leaves: true });
}

const METHODS = ['GET', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'CONNECT', 'TRACE', 'FOO', 'get', ''];
const PATHS = [
  '/ping',
  '/Ping',
  '/',
  '//',
  '*',
  '/%',
  '/%00',
  '/__proto__',
  '/..%2f..',
  'http://x/ping',
  '/metrics',
];

function surface(dice: Dice): RawCase {
  const version = dice.pick(['HTTP/1.1', 'HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'HTTP/9.9', 'ICY', '']);
  const host = dice.pick(['Host: x\r\n', '', 'Host: x\r\nHost: y\r\n', 'Host: \r\n']);
  return raw([`${dice.pick(METHODS)} ${dice.pick(PATHS)} ${version}\r\n${host}Connection: close\r\n\r\n`]);
}

/** Slower than allowed, or just slow. */
function trickling(dice: Dice): RawCase {
  const request = whole(dice);
  const pieces = dice.between(2, 6);
  const size = Math.ceil(request.length / pieces);
  const parts = Array.from({ length: pieces }, (_, at) => request.slice(at * size, (at + 1) * size));
  return raw(dice.chance(0.4) ? parts.slice(0, -1) : parts, { pauseMs: dice.pick([1, 20, 100]) });
}

function expectations(dice: Dice): RawCase {
  const expectation = dice.pick(['100-continue', '100-Continue', '200-ok', '100-continue, x', '']);
  return raw([post([`Expect: ${expectation}`, length(ITEM), 'Connection: close'], ''), ITEM], {
    // The interim reply and the last one; the body of a request that was refused is no request.
    maxReplies: 2,
    pauseMs: 10,
  });
}

function rubbish(dice: Dice): RawCase {
  const bytes = dice.pick([
    NOTHING,
    dice.bytes(dice.below(200)),
    Buffer.from('\x16\x03\x01\x02\0\x01', 'latin1'),
  ]);
  return raw([Buffer.concat([bytes, Buffer.from('\r\n\r\n')])], { mustRefuse: true });
}
