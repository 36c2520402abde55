import { describe, expect, test } from '@jest/globals';
import { ProtobufWriter } from '../../lib/onnx/protobuf.js';

const hex = (writer: ProtobufWriter) => Buffer.from(writer.finish()).toString('hex');

describe('the protobuf writer', () => {
  test('writes the examples of the format’s documentation', () => {
    expect(hex(new ProtobufWriter().integer(1, 150))).toBe('089601');
    expect(hex(new ProtobufWriter().string(2, 'testing'))).toBe('120774657374696e67');
    expect(hex(new ProtobufWriter().message(3, (nested) => nested.integer(1, 150)))).toBe('1a03089601');
  });

  test('writes negative integers as 64-bit two’s complement', () => {
    expect(hex(new ProtobufWriter().integer(1, -2))).toBe('08feffffffffffffffff01');
  });

  test.each([
    [0, '0800'],
    [127, '087f'],
    [128, '088001'],
    [1_513_440_228, '08e487d5d105'],
    [2 ** 53 - 1, '08ffffffffffffff0f'],
    [2n ** 63n - 1n, '08ffffffffffffffff7f'],
  ])('writes %s in as few bytes as it takes', (value, expected) => {
    expect(hex(new ProtobufWriter().integer(1, value))).toBe(expected);
  });

  test('writes floats as four little-endian bytes', () => {
    expect(hex(new ProtobufWriter().float(2, 1.702))).toBe('1523dbd93f');
  });

  test('writes field numbers beyond 15 in two bytes', () => {
    expect(hex(new ProtobufWriter().integer(20, 7))).toBe('a00107');
  });

  test('counts the bytes of a string, not its characters', () => {
    expect(hex(new ProtobufWriter().string(1, '√'))).toBe('0a03e2889a');
  });
});
