/**
 * Frames of AWS event streams (https://smithy.io/2.0/aws/amazon-eventstream.html): total length and header length as
 * big-endian uint32, their CRC-32, headers, payload, and the CRC-32 of everything before.
 */

const PRELUDE_BYTES = 8;
const CHECKSUM_BYTES = 4;
/** The header type for strings. */
const STRING = 7;

/** A part of the answer; its payload is the bytes themselves. */
export function payloadPart(bytes: Uint8Array): Buffer {
  const headers = {
    ':message-type': 'event',
    ':event-type': 'PayloadPart',
    ':content-type': 'application/octet-stream',
  };
  return frame(headers, bytes);
}

export type StreamErrorCode = 'ModelInvocationTimeExceeded' | 'StreamBroken';

/** The end of an answer that broke off. */
export function streamError(code: StreamErrorCode, message: string): Buffer {
  const headers = {
    ':message-type': 'exception',
    ':exception-type': 'ModelStreamError',
    ':content-type': 'application/json',
  };
  return frame(headers, Buffer.from(JSON.stringify({ Message: message, ErrorCode: code })));
}

function frame(fields: Readonly<Record<string, string>>, payload: Uint8Array): Buffer {
  const headers = Buffer.concat(Object.entries(fields).map(([name, value]) => header(name, value)));
  const prelude = Buffer.alloc(PRELUDE_BYTES);
  const total = PRELUDE_BYTES + CHECKSUM_BYTES + headers.byteLength + payload.byteLength + CHECKSUM_BYTES;
  prelude.writeUInt32BE(total, 0);
  prelude.writeUInt32BE(headers.byteLength, 4);
  const message = Buffer.concat([prelude, checksum(prelude), headers, payload]);
  return Buffer.concat([message, checksum(message)]);
}

function header(name: string, value: string): Buffer {
  const nameBytes = Buffer.from(name);
  const valueBytes = Buffer.from(value);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(valueBytes.byteLength);
  return Buffer.concat([Buffer.of(nameBytes.byteLength), nameBytes, Buffer.of(STRING), length, valueBytes]);
}

function checksum(bytes: Uint8Array): Buffer {
  const result = Buffer.alloc(CHECKSUM_BYTES);
  result.writeUInt32BE(crc32(bytes));
  return result;
}

/** CRC-32 with the reversed polynomial of IEEE 802.3, a byte at a time. Node.js has its own from 20.15 on only. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

export function crc32(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (TABLE[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}
