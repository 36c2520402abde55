import { ModerationError } from '../../lib/contract/errors.js';
import type { Limits } from '../../lib/contract/limits.js';
import type { JsonValue } from '../json/json-value.js';
import { parseJson } from '../json/parse-json.js';
import type { Steps } from '../time-slicer.js';
import type { Candidate, Entry, ParsedRequest, ReadContext } from './candidate.js';
import { decodeItem } from './item.js';
import { jsonBounds } from './read-json.js';

const LINE_FEED = 0x0a;
/** Lines found between two pauses. */
const STRIDE = 1024;

/**
 * One instance a line; the reply has exactly as many. A line that is blank or no JSON is an error in its own slot, for
 * a batch transform joins the reply to its input line by line. A newline at the very end ends the last line.
 */
export function* readJsonLines(body: Buffer, { limits }: ReadContext): Steps<ParsedRequest> {
  if (body.length === 0) {
    throw new ModerationError('invalid_request', 'The body is empty; expected one item a line.');
  }
  const finalNewline = body.at(-1) === LINE_FEED;
  const end = finalNewline ? body.length - 1 : body.length;
  const candidates: Candidate[] = [];
  for (let from = 0; from <= end; ) {
    if (candidates.length === limits.maxLines) {
      throw new ModerationError(
        'too_many_items',
        `The body has more than ${limits.maxLines} lines (maxLines).`,
      );
    }
    const found = body.indexOf(LINE_FEED, from);
    const to = found < 0 || found > end ? end : found;
    candidates.push(lineItem(body.subarray(from, to), candidates.length + 1, limits));
    from = to + 1;
    if (candidates.length % STRIDE === 0) yield;
  }
  return { candidates, parameters: {}, finalNewline };
}

/** A line's demand is known only when it is parsed; until then it may be both a text and an image. */
function lineItem(line: Buffer, number: number, limits: Limits): Candidate {
  return {
    demand: () => ({ texts: 1, images: 1 }),
    decode: () => decodeLine(line, number, limits),
  };
}

function* decodeLine(line: Buffer, number: number, limits: Limits): Steps<Entry> {
  let value: JsonValue;
  try {
    value = yield* parseJson(line, jsonBounds(limits));
  } catch (error) {
    if (!(error instanceof ModerationError)) throw error;
    return { error: new ModerationError('invalid_item', `Line ${number}: ${error.message}`) };
  }
  return yield* decodeItem(value, limits);
}
