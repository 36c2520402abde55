/** A safetensors file as bytes, well-formed or not: an 8-byte length, the header, `dataBytes` bytes of data. */
export function safetensorsBytes(header: object | string, dataBytes: number): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = Buffer.alloc(8 + json.length + dataBytes);
  bytes.writeBigUInt64LE(BigInt(json.length));
  bytes.set(json, 8);
  return bytes;
}

/** The entry of a tensor in a header. */
export function entry(dtype: string, shape: unknown, begin: unknown, end: unknown): object {
  return { dtype, shape, data_offsets: [begin, end] };
}
