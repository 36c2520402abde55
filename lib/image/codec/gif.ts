/**
 * The first frame of a GIF, as Pillow shows it. Decoders that composite frames lose what `convert("RGB")` keeps: the
 * colour of the transparent palette entry. This one also reads nothing behind the first frame. Sources: the GIF89a
 * specification, and for what surrounds a frame Pillow's GifImagePlugin.
 */
import { unpackLzw } from './lzw.js';
import { CorruptImageError, type OpenedImage } from './opened-image.js';

const SCREEN_BYTES = 13;
const EXTENSION = 0x21;
const GRAPHIC_CONTROL = 0xf9;
const IMAGE = 0x2c;
const TRAILER = 0x3b;
const HAS_TABLE = 0x80;
const INTERLACED = 0x40;

interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly interlaced: boolean;
  /** RGB entries. Absent: an index is a level of gray. */
  readonly palette: Uint8Array | undefined;
  /** What shows where the frame does not reach: the transparent index, or else 0. */
  readonly backdrop: number;
  readonly literalBits: number;
  readonly data: Uint8Array;
}

/** Reads up to the first frame. The canvas grows where the frame sticks out of it. */
export function openGif(bytes: Uint8Array): OpenedImage {
  const screen = new Cursor(bytes).take(SCREEN_BYTES);
  const frame = readFrame(bytes);
  const width = Math.max(uint16(screen, 6), frame.left + frame.width);
  const height = Math.max(uint16(screen, 8), frame.top + frame.height);
  return { width, height, decode: async () => paint(frame, width, height) };
}

class Cursor {
  #position = 0;

  constructor(private readonly bytes: Uint8Array) {}

  take(count: number): Uint8Array {
    const end = this.#position + count;
    if (end > this.bytes.length) throw new CorruptImageError('the file ends early');
    const taken = this.bytes.subarray(this.#position, end);
    this.#position = end;
    return taken;
  }

  byte(): number {
    return this.take(1)[0] ?? 0;
  }

  table(flags: number): Uint8Array | undefined {
    return (flags & HAS_TABLE) === 0 ? undefined : this.take(3 << ((flags & 7) + 1));
  }

  /** The content of blocks up to the empty one. A last block that is cut off is left out. */
  blocks(): Uint8Array {
    const parts: Uint8Array[] = [];
    while (this.#position < this.bytes.length) {
      const size = this.byte();
      if (size === 0 || this.#position + size > this.bytes.length) break;
      parts.push(this.take(size));
    }
    return Buffer.concat(parts);
  }
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

function readFrame(bytes: Uint8Array): Frame {
  const cursor = new Cursor(bytes);
  const globalTable = cursor.table(cursor.take(SCREEN_BYTES)[10] ?? 0);
  let backdrop = 0;
  for (;;) {
    const kind = cursor.byte();
    if (kind === TRAILER) throw new CorruptImageError('there is no frame');
    if (kind === EXTENSION) {
      const label = cursor.byte();
      const block = cursor.blocks();
      const transparent = label === GRAPHIC_CONTROL && ((block[0] ?? 0) & 1) === 1;
      if (transparent) backdrop = block[3] ?? 0;
    }
    if (kind !== IMAGE) continue;
    const descriptor = cursor.take(9);
    const flags = descriptor[8] ?? 0;
    const palette = cursor.table(flags) ?? globalTable;
    const frame = {
      left: uint16(descriptor, 0),
      top: uint16(descriptor, 2),
      width: uint16(descriptor, 4),
      height: uint16(descriptor, 6),
      interlaced: (flags & INTERLACED) !== 0,
      palette,
      backdrop,
      literalBits: cursor.byte(),
      data: cursor.blocks(),
    };
    if (frame.width === 0 || frame.height === 0) throw new CorruptImageError('the frame has no pixels');
    if (frame.literalBits > 8) throw new CorruptImageError('a palette index has at most 8 bits');
    return frame;
  }
}

function paint(frame: Frame, width: number, height: number): Uint8Array {
  const indices = unpackLzw(frame.data, frame.literalBits, frame.width * frame.height);
  const colours = colourTable(frame.palette);
  const rgb = new Uint8Array(width * height * 3);
  const covered = frame.width === width && frame.height === height;
  const backdrop = colours.subarray(frame.backdrop * 3, frame.backdrop * 3 + 3);
  if (!covered && backdrop.some((level) => level !== 0)) {
    for (let at = 0; at < rgb.length; at += 3) rgb.set(backdrop, at);
  }
  const rows = frame.interlaced ? interlacedRows(frame.height) : undefined;
  for (let row = 0, from = 0; row < frame.height; row++) {
    const y = frame.top + (rows?.[row] ?? row);
    let to = (y * width + frame.left) * 3;
    for (const rowEnd = from + frame.width; from < rowEnd; from++, to += 3) {
      const entry = (indices[from] ?? 0) * 3;
      rgb[to] = colours[entry] ?? 0;
      rgb[to + 1] = colours[entry + 1] ?? 0;
      rgb[to + 2] = colours[entry + 2] ?? 0;
    }
  }
  return rgb;
}

/** 256 entries of RGB: the palette and then black, or without a palette the levels of gray. */
function colourTable(palette: Uint8Array | undefined): Uint8Array {
  const table = new Uint8Array(256 * 3);
  if (palette === undefined) for (let at = 0; at < table.length; at++) table[at] = Math.floor(at / 3);
  else table.set(palette);
  return table;
}

/** The rows in the order in which an interlaced frame stores them. */
function interlacedRows(height: number): number[] {
  const rows: number[] = [];
  for (const [first, step] of [
    [0, 8],
    [4, 8],
    [2, 4],
    [1, 2],
  ] as const) {
    for (let row = first; row < height; row += step) rows.push(row);
  }
  return rows;
}
