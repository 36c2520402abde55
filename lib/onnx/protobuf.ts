/**
 * Writes protocol-buffer messages: the wire format that ONNX files are made of. Only what a writer needs: varints,
 * 32-bit floats and length-delimited fields.
 *
 * Source of the format: https://protobuf.dev/programming-guides/encoding
 */

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

const utf8 = new TextEncoder();

export class ProtobufWriter {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  /** An `int32`, `int64` or `enum` field. Negative numbers take ten bytes, as the format asks. */
  integer(field: number, value: number | bigint): this {
    return this.#tag(field, VARINT).#append(varint(BigInt.asUintN(64, BigInt(value))));
  }

  /** A `float` field: 32 bits, little endian. */
  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#tag(field, FIXED_32).#append(bytes);
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#tag(field, LENGTH_DELIMITED)
      .#append(varint(BigInt(value.length)))
      .#append(value);
  }

  string(field: number, value: string): this {
    return this.bytes(field, utf8.encode(value));
  }

  /** A nested message, written by `write`. */
  message(field: number, write: (message: ProtobufWriter) => void): this {
    const message = new ProtobufWriter();
    write(message);
    return this.bytes(field, message.finish());
  }

  finish(): Uint8Array {
    const bytes = new Uint8Array(this.#length);
    let offset = 0;
    for (const part of this.#parts) {
      bytes.set(part, offset);
      offset += part.length;
    }
    return bytes;
  }

  #tag(field: number, wireType: number): this {
    return this.#append(varint(BigInt((field << 3) | wireType)));
  }

  #append(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    this.#length += bytes.length;
    return this;
  }
}

/** Seven bits a byte, the lowest first; the high bit says that more follow. */
function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
