/** The types of fields, as TIFF 6.0 numbers them. */
const SHORT = 3;
const LONG = 4;

const FIELD_BYTES = 12;
const HEADER_BYTES = 8;

/** Pixels, RGB [height, width, 3], as an uncompressed TIFF file: the simplest format that any decoder reads. */
export function tiffFile(pixels: Uint8Array, width: number, height: number): Uint8Array {
  const fields: [tag: number, type: number, value: number, count?: number][] = [];
  const directoryBytes = 2 + 9 * FIELD_BYTES + 4;
  const bitsAt = HEADER_BYTES + directoryBytes;
  const pixelsAt = bitsAt + 6;
  fields.push([256, LONG, width], [257, LONG, height], [258, SHORT, bitsAt, 3], [259, SHORT, 1]);
  fields.push([262, SHORT, 2], [273, LONG, pixelsAt], [277, SHORT, 3]); // RGB, one strip
  fields.push([278, LONG, height], [279, LONG, pixels.length]);

  const file = Buffer.alloc(pixelsAt + pixels.length);
  file.write('II*\0', 'latin1');
  file.writeUInt32LE(HEADER_BYTES, 4);
  file.writeUInt16LE(fields.length, HEADER_BYTES);
  fields.forEach(([tag, type, value, count = 1], index) => {
    const at = HEADER_BYTES + 2 + index * FIELD_BYTES;
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(type, at + 2);
    file.writeUInt32LE(count, at + 4);
    file.writeUInt32LE(value, at + 8);
  });
  for (let channel = 0; channel < 3; channel++) file.writeUInt16LE(8, bitsAt + 2 * channel);
  file.set(pixels, pixelsAt);
  return file;
}
