/**
 * `multipart/form-data` (RFC 7578) over a whole body, strictly: every byte belongs to a delimiter, a header or a
 * part's content, or the body is refused. The usual streaming parsers skip parts without a name and replace bytes that
 * are no UTF-8; a post would be classified without what they left out.
 */
import { MIMEType } from 'node:util';
import { ModerationError } from '../../lib/contract/errors.js';
import type { Steps } from '../time-slicer.js';

export interface Part {
  readonly name: string;
  /** Of a file; undefined for a field. */
  readonly filename: string | undefined;
  readonly content: Buffer;
}

const MAX_PARTS = 8;
const MAX_HEAD_BYTES = 4096;
/** Bytes searched between two pauses. */
const STRIDE = 512 * 1024;

const CRLF = '\r\n';
/** Of RFC 2046, at most 70 characters. */
const BOUNDARY = /^[\w'()+,./:=? -]{0,69}[\w'()+,./:=?-]$/;
const PARAMETER = /;\s*([\w*-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))\s*/gy;

/** The parts in order, without copying. Throws `invalid_request`. */
export function* parseMultipart(body: Buffer, contentType: string): Steps<Part[]> {
  const boundary = boundaryOf(contentType);
  const delimiter = Buffer.from(`${CRLF}--${boundary}`, 'latin1');
  const opening = `--${boundary}${CRLF}`;
  if (body.toString('latin1', 0, opening.length) !== opening) fail(`does not start with its boundary`);
  const parts: Part[] = [];
  for (let at = opening.length; ; ) {
    if (parts.length === MAX_PARTS) fail(`has more than ${MAX_PARTS} parts`);
    const headEnd = body.subarray(at, at + MAX_HEAD_BYTES).indexOf(CRLF + CRLF);
    if (headEnd < 0) fail(`has a part whose headers do not end within ${MAX_HEAD_BYTES} bytes`);
    const { name, filename } = readHead(body.toString('latin1', at, at + headEnd));
    const start = at + headEnd + 4;
    // The blank line's own line feed may begin the delimiter of an empty part.
    const end = yield* indexOf(body, delimiter, start - 2);
    if (end < 0) fail('ends without its closing boundary');
    if (parts.some((part) => part.name === name)) fail('has two parts of the same name');
    parts.push({ name, filename, content: body.subarray(start, Math.max(start, end)) });
    at = end + delimiter.length + 2;
    const next = body.toString('latin1', at - 2, at);
    if (next === CRLF) continue;
    if (next !== '--') fail('has a malformed boundary line');
    if (at !== body.length && body.toString('latin1', at) !== CRLF) fail('goes on after its end');
    return parts;
  }
}

function boundaryOf(contentType: string): string {
  const boundary = new MIMEType(contentType).params.get('boundary');
  if (boundary === null || !BOUNDARY.test(boundary))
    fail('has no boundary, or an invalid one, in its Content-Type');
  return boundary;
}

/** The part's names; headers that would change the meaning of its content are refused. */
function readHead(head: string): Omit<Part, 'content'> {
  let names: Omit<Part, 'content'> | undefined;
  for (const line of head.split(CRLF)) {
    const [, header = '', value = ''] =
      /^([\w-]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? fail('has a malformed part header');
    switch (header.toLowerCase()) {
      case 'content-disposition':
        if (names !== undefined) fail('has a part with two Content-Disposition headers');
        names = dispositionNames(value);
        break;
      case 'content-transfer-encoding':
        if (!/^(?:7bit|8bit|binary)$/i.test(value)) fail('has a part with a Content-Transfer-Encoding');
        break;
      case 'content-type':
        if (/;\s*charset=(?!"?utf-?8"?\s*(?:;|$))/i.test(value))
          fail('has a part in another charset than UTF-8');
        break;
    }
  }
  return names ?? fail('has a part without a name');
}

function dispositionNames(value: string): Omit<Part, 'content'> {
  const type = /^form-data\s*/i.exec(value)?.[0] ?? fail('has a part that is no form-data');
  const parameters = new Map<string, string>();
  PARAMETER.lastIndex = type.length;
  let end = type.length;
  for (let match = PARAMETER.exec(value); match !== null; match = PARAMETER.exec(value)) {
    const key = (match[1] ?? '').toLowerCase();
    if (parameters.has(key)) fail('has a part whose Content-Disposition repeats a parameter');
    parameters.set(key, match[2] ?? match[3] ?? '');
    end = PARAMETER.lastIndex;
  }
  if (end !== value.length) fail('has a part with a malformed Content-Disposition');
  const name = parameters.get('name') || fail('has a part without a name');
  return { name, filename: parameters.get('filename') };
}

function* indexOf(body: Buffer, needle: Buffer, from: number): Steps<number> {
  for (let start = from; start < body.length; start += STRIDE) {
    const found = body.subarray(start, start + STRIDE + needle.length - 1).indexOf(needle);
    if (found >= 0) return start + found;
    yield;
  }
  return -1;
}

function fail(what: string): never {
  throw new ModerationError('invalid_request', `The form ${what}.`);
}
