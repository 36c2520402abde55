import type { IncomingMessage } from 'node:http';
import { MIMEType } from 'node:util';
import type { Request } from 'express';
import { ModerationError } from '../../lib/contract/errors.js';
import { FORM_TYPE, JSON_LINES_TYPES, JSON_TYPE } from '../../lib/contract/http.js';
import type { ReadRequest } from '../request/candidate.js';
import { readForm } from '../request/read-form.js';
import { readImage } from '../request/read-image.js';
import { readJson } from '../request/read-json.js';
import { readJsonLines } from '../request/read-json-lines.js';

/** How a body is read and which types of reply it admits, preferred first. */
export interface Format {
  readonly read: ReadRequest;
  readonly replies: readonly string[];
  /** Whether the items are lines: computed in a window, answered in lines. */
  readonly lines: boolean;
  /** Whether the body is text, so that a charset means something. */
  readonly text: boolean;
}

const JSON_FORMAT: Format = { read: readJson, replies: [JSON_TYPE], lines: false, text: true };
const LINES: Format = {
  read: readJsonLines,
  replies: [...JSON_LINES_TYPES, JSON_TYPE],
  lines: true,
  text: true,
};
const FORM: Format = { read: readForm, replies: [JSON_TYPE], lines: false, text: false };
const IMAGE: Format = { read: readImage, replies: [JSON_TYPE], lines: false, text: false };

/** What SageMaker's built-in image algorithms take. */
const ANY_IMAGE_TYPE = 'application/x-image';

/** Types of other frameworks, and what to send in their place. */
const INSTEAD: Readonly<Record<string, string>> = {
  'application/x-npy': 'Arrays are not read: send the text and the image file as JSON',
  'text/csv': 'CSV is not read: send one item a line as application/jsonlines',
  'text/plain': 'Bare text is not read: send {"text": …} as application/json',
  'application/octet-stream': 'Bytes of an image are sent as image/* or application/x-image',
  'application/x-www-form-urlencoded': 'Send the form as multipart/form-data',
  'application/x-recordio-protobuf': 'RecordIO is not read: send one item a line as application/jsonlines',
};

/** The format of a request's body, by its Content-Type. Throws `unsupported_media_type`. */
export function formatOf(request: IncomingMessage): Format {
  const types = request.headersDistinct['content-type'] ?? [];
  const [header] = types;
  if (header === undefined) throw unsupported('There is no Content-Type');
  if (types.length > 1) throw unsupported('There are several Content-Type headers');
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (!/^\s*(?:identity)?\s*$/i.test(encoding))
    throw unsupported('The body has a Content-Encoding; send it as it is');
  const type = parseType(header);
  const format = formatOfType(type.essence);
  if (format === undefined) {
    const instead = Object.hasOwn(INSTEAD, type.essence) ? INSTEAD[type.essence] : undefined;
    throw unsupported(instead ?? 'The service does not read this Content-Type');
  }
  const charset = type.params.get('charset') ?? 'utf-8';
  if (format.text && !/^(?:utf-?8|us-ascii)$/i.test(charset)) throw unsupported('The charset is not utf-8');
  return format;
}

/** How the reply is written. */
export interface ReplyType {
  /** Its Content-Type. */
  readonly header: string;
  /** One slot a line, not one document. */
  readonly lines: boolean;
}

/**
 * What the format offers and `Accept` likes best. No or an empty header accepts all. Throws `not_acceptable`.
 */
export function negotiate(request: Request, { replies }: Format): ReplyType {
  const offers = replies.flatMap((type) => [type, `${type}; charset=utf-8`]);
  const header = request.accepts(offers);
  if (header === false) {
    throw new ModerationError('not_acceptable', `The Accept header admits none of ${replies.join(', ')}.`);
  }
  return { header, lines: JSON_LINES_TYPES.some((type) => header.startsWith(type)) };
}

function formatOfType(essence: string): Format | undefined {
  if (essence === JSON_TYPE) return JSON_FORMAT;
  if (essence === FORM_TYPE) return FORM;
  if (essence.startsWith('image/') || essence === ANY_IMAGE_TYPE) return IMAGE;
  return JSON_LINES_TYPES.some((type) => type === essence) ? LINES : undefined;
}

function parseType(header: string): MIMEType {
  try {
    return new MIMEType(header);
  } catch {
    throw unsupported('The Content-Type is malformed');
  }
}

function unsupported(what: string): ModerationError {
  return new ModerationError(
    'unsupported_media_type',
    `${what}. Expected ${JSON_TYPE}, ${JSON_LINES_TYPES[0]}, ${FORM_TYPE} or image/*, in UTF-8 and uncompressed.`,
  );
}
