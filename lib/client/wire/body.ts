import type { Parameters } from '../../contract/request.js';
import type { Item } from './item.js';

const OPEN = Buffer.from('{"instances":[');
const COMMA = Buffer.from(',');

/** Room for everything of a body but its instances and the commas between them; parameters are short. */
export const envelopeBytes = 4096;

/** Bytes that an item takes in a body. */
export function itemBytes({ bytes }: Item): number {
  return bytes.byteLength + COMMA.byteLength;
}

/** The body of a request, put together without writing any instance anew. */
export function requestBody(items: readonly Item[], parameters: Parameters): Uint8Array {
  const parts: Uint8Array[] = [OPEN];
  for (const [position, item] of items.entries()) {
    if (position > 0) parts.push(COMMA);
    parts.push(item.bytes);
  }
  const given = Object.keys(parameters).length > 0;
  parts.push(Buffer.from(given ? `],"parameters":${JSON.stringify(parameters)}}` : ']}'));
  return Buffer.concat(parts);
}
