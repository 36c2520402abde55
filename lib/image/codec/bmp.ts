/**
 * A Windows bitmap without compression, as Pillow's `convert("RGB")` gives it: 24 bits, 32 bits whose fourth byte means
 * nothing, and palettes of 1, 4 and 8 bits. Others are refused by name. Source: Microsoft's documentation of BITMAPINFOHEADER,
 * and for what is accepted Pillow's BmpImagePlugin.
 */
import { ModerationError } from '../../contract/errors.js';
import { CorruptImageError, type OpenedImage } from './opened-image.js';

const FILE_HEADER = 14;
/** BITMAPINFOHEADER and its successors. */
const HEADER_SIZES = [40, 52, 56, 108, 124];
const NO_COMPRESSION = 0;
const COMPRESSIONS: Readonly<Record<number, string>> = {
  1: 'run lengths of 8 bits',
  2: 'run lengths of 4 bits',
  3: 'bit fields',
  4: 'JPEG',
  5: 'PNG',
  6: 'bit fields with alpha',
};
const PALETTES = [1, 4, 8];
const PALETTE_ENTRY = 4;
/** Pillow does not read more. */
const MAX_COLOURS = 65_536;

interface Bitmap {
  readonly width: number;
  readonly height: number;
  /** Whether the first row is the upper one. */
  readonly topDown: boolean;
  readonly bits: number;
  /** BGRx; undefined where pixels hold colours. */
  readonly palette: Buffer | undefined;
  readonly pixels: Buffer;
}

/** @throws ModerationError `image_unsupported` for other layouts; CorruptImageError where the file ends early. */
export function openBmp(bytes: Uint8Array): OpenedImage {
  const bitmap = readBitmap(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const { width, height } = bitmap;
  return { width, height, decode: async () => ({ rgb: paint(bitmap), alpha: undefined }) };
}

function readBitmap(file: Buffer): Bitmap {
  if (file.length < FILE_HEADER + 40) throw new CorruptImageError('the file ends early');
  const headerSize = file.readUInt32LE(FILE_HEADER);
  if (!HEADER_SIZES.includes(headerSize))
    refuse(`a header of ${headerSize} bytes`, 'a header of 40 to 124 bytes');
  const [width, signedHeight] = [file.readInt32LE(18), file.readInt32LE(22)];
  const bits = file.readUInt16LE(28);
  const compression = file.readUInt32LE(30);
  if (compression !== NO_COMPRESSION) {
    refuse(`the compression ${COMPRESSIONS[compression] ?? compression}`, 'none');
  }
  if (![...PALETTES, 24, 32].includes(bits)) refuse(`${bits} bits a pixel`, '1, 4, 8, 24 or 32');
  const height = Math.abs(signedHeight);
  if (width <= 0 || height === 0) throw new CorruptImageError('the picture has no pixels');
  return {
    width,
    height,
    topDown: signedHeight < 0,
    bits,
    palette: PALETTES.includes(bits) ? readPalette(file, FILE_HEADER + headerSize, bits) : undefined,
    pixels: file.subarray(file.readUInt32LE(10)),
  };
}

function readPalette(file: Buffer, start: number, bits: number): Buffer {
  const colours = file.readUInt32LE(46) || 1 << bits;
  if (colours > MAX_COLOURS) throw new CorruptImageError('the palette has more colours than any file');
  const palette = file.subarray(start, start + colours * PALETTE_ENTRY);
  if (palette.length < colours * PALETTE_ENTRY) throw new CorruptImageError('the palette is cut off');
  return palette;
}

function paint({ width, height, topDown, bits, palette, pixels }: Bitmap): Uint8Array {
  // Rows fill up to four bytes.
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  if (pixels.length < rowBytes * (height - 1) + Math.ceil((width * bits) / 8)) {
    throw new CorruptImageError('the pixel data ends early');
  }
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0, to = 0; y < height; y++) {
    const row = pixels.subarray(rowBytes * (topDown ? y : height - 1 - y));
    for (let x = 0; x < width; x++, to += 3) {
      const from = palette === undefined ? (x * bits) / 8 : PALETTE_ENTRY * indexAt(row, x, bits);
      const source = palette ?? row;
      rgb[to] = source[from + 2] ?? 0;
      rgb[to + 1] = source[from + 1] ?? 0;
      rgb[to + 2] = source[from] ?? 0;
    }
  }
  return rgb;
}

/** Pixels of less than a byte start with the highest bits. */
function indexAt(row: Buffer, x: number, bits: number): number {
  const byte = row[(x * bits) >> 3] ?? 0;
  const shift = 8 - bits - ((x * bits) & 7);
  return (byte >> shift) & ((1 << bits) - 1);
}

function refuse(got: string, expected: string): never {
  throw new ModerationError(
    'image_unsupported',
    `The BMP image has ${got}; expected ${expected}. Save it as PNG.`,
  );
}
