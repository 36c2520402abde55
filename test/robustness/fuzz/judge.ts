import { isUtf8 } from 'node:buffer';
import { ERRORS, type ErrorCode } from '../../../lib/contract/errors.js';
import { defaultLimits } from '../../../lib/contract/limits.js';
import { isRecord } from '../../../lib/contract/record.js';
import {
  errorReplySchema,
  isItemError,
  replySchema,
  type Slot,
  slotSchema,
} from '../../../lib/contract/reply.js';
import { hasText } from '../../../lib/text/presence.js';
import type { PostCase, RawCase, Verdict } from './fuzz-case.js';
import { askedOf, checkUnseen } from './judge-unseen.js';

export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

/** Declared, but of faults or restarts, neither of which a run provokes. */
const UNPROVOKED = new Set(['internal', 'worker_failed', 'output_invalid', 'not_ready', 'shutting_down']);
const LINE_FEED = 0x0a;
/** A string with more bytes is longer than any text may be, however it is escaped. */
const LONGEST_STRING = 6 * defaultLimits().maxTextChars;
const STRING_LITERALS = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"/g;
/** Stands for a string that is too long to be read, and holds what JSON forbids. */
const UNREAD = '\u0001 unread';

/** Whether a reply to a well-formed exchange keeps the contract: one slot per item, or one declared error. */
export function judgePost(post: PostCase, reply: Reply): Verdict {
  if (reply.status !== 200) return judgeError(reply);
  try {
    const slots = post.family === 'jsonlines' ? slotsOfLines(post, reply) : slotsOfDocument(reply);
    checkSlots(slots);
    checkAgainstRequest(post, slots);
    return { outcome: outcomeOf(slots) };
  } catch (error) {
    return { outcome: '200', failure: (error as Error).message };
  }
}

function judgeError({ status, body }: Reply): Verdict {
  const parsed = errorReplySchema.strict().safeParse(parseOrUndefined(body.toString()));
  if (!parsed.success) return { outcome: String(status), failure: `${status} without a declared error` };
  const { code } = parsed.data.error;
  const outcome = `${status} ${code}`;
  const definition = ERRORS[code as ErrorCode];
  if (definition === undefined) return { outcome, failure: `${code} is not in the registry` };
  if (definition.status !== status)
    return { outcome, failure: `${code} has the status ${definition.status}` };
  if (UNPROVOKED.has(code)) return { outcome, failure: `nothing provoked ${code}` };
  return { outcome };
}

function slotsOfDocument({ body }: Reply): Slot[] {
  return replySchema.strict().parse(JSON.parse(body.toString())).predictions;
}

function slotsOfLines(post: PostCase, { body }: Reply): Slot[] {
  const ended = post.body.at(-1) === LINE_FEED;
  const lines = body.toString().split('\n');
  if (ended && lines.pop() !== '') throw new Error('the final newline is missing in the reply');
  const expected = linesOf(post.body).length;
  if (lines.length !== expected) throw new Error(`${expected} lines got ${lines.length}`);
  return lines.map((line) => slotSchema.parse(JSON.parse(line)));
}

function checkSlots(slots: readonly Slot[]): void {
  for (const slot of slots) {
    if (!isItemError(slot)) continue;
    const { code } = slot.error;
    if (!(code in ERRORS)) throw new Error(`the slot's ${code} is not in the registry`);
    if (UNPROVOKED.has(code)) throw new Error(`nothing provoked the slot's ${code}`);
  }
}

/** An independent reading of the request: every item has its slot, and no content was passed over in silence. */
function checkAgainstRequest({ family, body, holds }: PostCase, slots: readonly Slot[]): void {
  if (family === 'json') checkItems(itemsOf(body), slots, askedOf(parametersOf(body)));
  else if (family === 'jsonlines') checkItems(linesOf(body).map(parseBytes), slots, askedOf(undefined));
  else if (slots.length !== 1) throw new Error(`one item got ${slots.length} slots`);
  for (const modality of holds ?? []) checkUsed(modality, slots[0]);
}

function checkItems(
  items: readonly unknown[],
  slots: readonly Slot[],
  asked: ReturnType<typeof askedOf>,
): void {
  if (items.length !== slots.length) throw new Error(`${items.length} items got ${slots.length} slots`);
  for (const [index, item] of items.entries()) {
    const slot = slots[index];
    if (!isRecord(item) || Object.values(item).includes(UNREAD)) {
      if (slot === undefined || !isItemError(slot)) throw new Error(`item ${index}, no item, was answered`);
      continue;
    }
    const { text, image_base64: image } = item;
    if (typeof text === 'string' && hasText(text)) checkUsed('text', slot);
    if (image !== undefined && image !== null) checkUsed('image', slot);
    if (Array.isArray(item['images']) && item['images'].length > 0) checkUsed('image', slot);
    if (slot !== undefined && !isItemError(slot)) checkUnseen(item, asked, slot);
  }
}

function checkUsed(modality: 'text' | 'image', slot: Slot | undefined): void {
  if (slot === undefined) throw new Error('a slot is missing');
  if (isItemError(slot) || slot.modalities_used.includes(modality)) return;
  throw new Error(`the ${modality} of an item was passed over`);
}

function itemsOf(body: Buffer): readonly unknown[] {
  const document = parseBytes(body);
  if (typeof document !== 'object' || document === null) throw new Error('what is no object was answered');
  return Object.hasOwn(document, 'instances') ? (document as { instances: unknown[] }).instances : [document];
}

function parametersOf(body: Buffer): unknown {
  const document = parseBytes(body);
  return isRecord(document) ? document['parameters'] : undefined;
}

/** Undefined for what is no JSON in UTF-8. The server need not look into strings that are too long for it. */
function parseBytes(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) return undefined;
  const text = new TextDecoder('utf-8').decode(bytes);
  return parseOrUndefined(text) ?? parseOrUndefined(text.replace(STRING_LITERALS, unreadWhenLong));
}

function unreadWhenLong(literal: string): string {
  return Buffer.byteLength(literal) - 2 > LONGEST_STRING ? JSON.stringify(UNREAD) : literal;
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function linesOf(body: Buffer): Buffer[] {
  const end = body.at(-1) === LINE_FEED ? body.length - 1 : body.length;
  const lines: Buffer[] = [];
  for (let from = 0; from <= end; ) {
    const found = body.indexOf(LINE_FEED, from);
    const to = found < 0 || found > end ? end : found;
    lines.push(body.subarray(from, to));
    from = to + 1;
  }
  return lines;
}

function outcomeOf(slots: readonly Slot[]): string {
  const failed = slots.filter(isItemError).length;
  if (failed === 0) return '200 every item answered';
  return failed === slots.length ? '200 every item refused' : '200 answered and refused';
}

/** Whether what came back on a bare connection is whole replies, no more than were asked for, each by the contract. */
export function judgeRaw(raw: RawCase, received: Buffer): Verdict {
  const replies = readReplies(received);
  if (replies === undefined) {
    if (raw.leaves) return { outcome: 'left' };
    return { outcome: 'malformed', failure: `malformed reply: ${quote(received)}` };
  }
  if (replies.length > raw.maxReplies) {
    return { outcome: 'smuggled', failure: `${replies.length} replies, at most ${raw.maxReplies} expected` };
  }
  for (const reply of replies) {
    if (reply.status === 200 && raw.mustRefuse) {
      return { outcome: '200', failure: `what is malformed was answered: ${quote(received)}` };
    }
    const verdict = reply.status < 300 ? judgeSuccess(reply) : judgeError(reply);
    if (verdict.failure !== undefined) return verdict;
  }
  const last = replies.at(-1);
  if (last === undefined) return { outcome: raw.leaves ? 'left' : 'closed without a reply' };
  return last.status < 300 ? { outcome: `${last.status}` } : judgeError(last);
}

function judgeSuccess(reply: Reply): Verdict {
  const { status, contentType, body } = reply;
  if (status === 100 || body.length === 0 || contentType.startsWith('text/plain'))
    return { outcome: String(status) };
  const document = parseOrUndefined(body.toString());
  const known = replySchema.safeParse(document).success || slotSchema.safeParse(document).success;
  return known
    ? { outcome: String(status) }
    : { outcome: String(status), failure: `odd reply: ${quote(body)}` };
}

const HEAD_END = Buffer.from('\r\n\r\n');

/** The replies one after another; undefined when the bytes are none, or end in the middle of one. */
function readReplies(received: Buffer): Reply[] | undefined {
  const replies: Reply[] = [];
  for (let at = 0; at < received.length; ) {
    const headEnd = received.indexOf(HEAD_END, at);
    const head = received.toString('latin1', at, headEnd);
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]);
    if (headEnd < 0 || Number.isNaN(status)) return undefined;
    const bytes = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
    const start = headEnd + HEAD_END.length;
    if (start + bytes > received.length) return undefined;
    const contentType = /\r\ncontent-type: ([^\r]*)/i.exec(head)?.[1] ?? '';
    replies.push({ status, contentType, body: received.subarray(start, start + bytes) });
    at = start + bytes;
  }
  return replies;
}

const quote = (bytes: Buffer): string => JSON.stringify(bytes.toString('latin1', 0, 200));
