import type { InvocationReply, Slot } from '../../lib/contract/reply.js';
import type { Steps } from '../time-slicer.js';

/** Slots written between two pauses. */
const STRIDE = 64;

/** What the reply to a whole request tells once. */
export type ReplyFrame = Omit<InvocationReply, 'predictions'>;

/** One document with all slots. */
export function* writeDocument(slots: Iterable<Slot>, frame: ReplyFrame): Steps<string> {
  const predictions = yield* stringify(slots);
  return `{"predictions":[${predictions.join(',')}],${JSON.stringify(frame).slice(1)}`;
}

/** One slot a line; the last line ends in a newline where that of the request did. */
export function* writeLines(slots: Iterable<Slot>, finalNewline: boolean): Steps<string> {
  const lines = yield* stringify(slots);
  return lines.join('\n') + (finalNewline ? '\n' : '');
}

function* stringify(slots: Iterable<Slot>): Steps<string[]> {
  const texts: string[] = [];
  for (const slot of slots) {
    texts.push(JSON.stringify(slot));
    if (texts.length % STRIDE === 0) yield;
  }
  return texts;
}
