/**
 * The payload of `Content-Encoding: aws-chunked`, in which the AWS SDKs wrap streams to add a checksum:
 * `<hex length>[;chunk-signature=…]\r\n<bytes>\r\n … 0\r\n<trailers>`. Undefined when it is malformed.
 */
export function decodeAwsChunked(body: Buffer): Buffer | undefined {
  const chunks: Buffer[] = [];
  for (let position = 0; ; ) {
    const lineEnd = body.indexOf('\r\n', position);
    if (lineEnd < 0) return undefined;
    const [, hex] = /^([\da-f]{1,8})(?:;.*)?$/i.exec(body.toString('latin1', position, lineEnd)) ?? [];
    if (hex === undefined) return undefined;
    const length = Number.parseInt(hex, 16);
    const start = lineEnd + 2;
    if (length === 0) return Buffer.concat(chunks);
    if (body.toString('latin1', start + length, start + length + 2) !== '\r\n') return undefined;
    chunks.push(body.subarray(start, start + length));
    position = start + length + 2;
  }
}
