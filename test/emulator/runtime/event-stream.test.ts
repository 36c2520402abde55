import { expect, test } from '@jest/globals';
import { crc32, payloadPart } from '../../../lib/emulator/runtime/event-stream.js';

test('crc32 gives the check value of the standard', () => {
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array())).toBe(0);
});

test('a frame tells its length and ends in its checksum', () => {
  const frame = payloadPart(Buffer.from('bytes'));
  expect(frame.readUInt32BE(0)).toBe(frame.length);
  expect(frame.readUInt32BE(8)).toBe(crc32(frame.subarray(0, 8)));
  expect(frame.readUInt32BE(frame.length - 4)).toBe(crc32(frame.subarray(0, -4)));
});
