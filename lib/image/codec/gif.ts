/**
 * A GIF: its first frame as Pillow shows it, and all frames as viewers do. Decoders that composite frames lose what
 * `convert("RGB")` keeps of the first: the colour of the transparent palette entry. Sources: the GIF89a specification, and
 * for what surrounds a frame Pillow's GifImagePlugin.
 */
import { type Animation, type AnimationFrame, MAX_LISTED_FRAMES } from '../animation/animation.js';
import { unpackLzw } from './lzw.js';
import { CorruptImageError, type OpenedImage, type Pixels } from './opened-image.js';
import { interleave } from './pixels.js';

const SCREEN_BYTES = 13;
const EXTENSION = 0x21;
const GRAPHIC_CONTROL = 0xf9;
const IMAGE = 0x2c;
const TRAILER = 0x3b;
const HAS_TABLE = 0x80;
const INTERLACED = 0x40;
const OPAQUE = 255;

interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly interlaced: boolean;
  /** RGB entries. Absent: an index is a level of gray. */
  readonly palette: Uint8Array | undefined;
  /** The index that is transparent; undefined where none is. */
  readonly transparent: number | undefined;
  /** Hundredths of a second. */
  readonly delay: number;
  /** What becomes of it: 2 clears its place, 3 brings back what was there, everything else leaves it. */
  readonly disposal: number;
  readonly literalBits: number;
  /** The packed indices. */
  readonly data: () => Uint8Array;
}

/** The canvas grows where the first frame sticks out of it. */
export function openGif(bytes: Uint8Array): OpenedImage {
  const screen = new Cursor(bytes).take(SCREEN_BYTES);
  const { first, total, frames } = readFrames(bytes);
  const width = Math.max(uint16(screen, 6), first.left + first.width);
  const height = Math.max(uint16(screen, 8), first.top + first.height);
  const animation: Animation | undefined =
    total > 1
      ? { width, height, total, frames: frames.map(asAnimationFrame), startsWithStill: true }
      : undefined;
  return { width, height, decode: async () => paint(first, width, height), animation };
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

  get atEnd(): boolean {
    return this.#position >= this.bytes.length;
  }

  get position(): number {
    return this.#position;
  }

  /** Passes blocks up to the empty one. A last block that is cut off is passed as well. */
  skipBlocks(): void {
    while (this.#position < this.bytes.length) {
      const size = this.bytes[this.#position] ?? 0;
      this.#position += 1 + size;
      if (size === 0) break;
    }
    this.#position = Math.min(this.#position, this.bytes.length);
  }
}

/** The content of blocks up to the empty one. A last block that is cut off is left out. */
function joinBlocks(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const joined = new Uint8Array(end - start);
  let length = 0;
  for (let at = start; at < end; ) {
    const size = bytes[at] ?? 0;
    if (size === 0 || at + 1 + size > end) break;
    joined.set(bytes.subarray(at + 1, at + 1 + size), length);
    length += size;
    at += 1 + size;
  }
  return joined.subarray(0, length);
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

interface Frames {
  readonly first: Frame;
  readonly total: number;
  /** The first ones, {@link MAX_LISTED_FRAMES} at most. */
  readonly frames: readonly Frame[];
}

/** What an extension says about the next frame. */
interface Control {
  readonly transparent: number | undefined;
  readonly delay: number;
  readonly disposal: number;
}

const NO_CONTROL: Control = { transparent: undefined, delay: 0, disposal: 0 };

/** Damage behind the first frame ends the list there, as it does in viewers. */
function readFrames(bytes: Uint8Array): Frames {
  const cursor = new Cursor(bytes);
  const globalTable = cursor.table(cursor.take(SCREEN_BYTES)[10] ?? 0);
  const frames: Frame[] = [];
  let total = 0;
  let control = NO_CONTROL;
  const step = (): boolean => {
    const kind = cursor.byte();
    if (kind === TRAILER) return false;
    if (kind === EXTENSION) control = readExtension(bytes, cursor, control);
    if (kind !== IMAGE) return true;
    const frame = readFrame(bytes, cursor, globalTable, control);
    control = NO_CONTROL;
    total += 1;
    if (frames.length < MAX_LISTED_FRAMES) frames.push(frame);
    return true;
  };
  while (frames.length === 0) if (!step()) throw new CorruptImageError('there is no frame');
  try {
    while (!cursor.atEnd && step());
  } catch (error) {
    if (!(error instanceof CorruptImageError)) throw error;
  }
  return { first: frames[0] as Frame, total, frames };
}

function readExtension(bytes: Uint8Array, cursor: Cursor, before: Control): Control {
  const label = cursor.byte();
  const start = cursor.position;
  cursor.skipBlocks();
  if (label !== GRAPHIC_CONTROL) return before;
  const block = joinBlocks(bytes, start, cursor.position);
  const flags = block[0] ?? 0;
  return {
    transparent: (flags & 1) === 1 ? (block[3] ?? 0) : before.transparent,
    delay: uint16(block, 1),
    disposal: (flags >> 2) & 7,
  };
}

function readFrame(
  bytes: Uint8Array,
  cursor: Cursor,
  globalTable: Uint8Array | undefined,
  control: Control,
): Frame {
  const descriptor = cursor.take(9);
  const flags = descriptor[8] ?? 0;
  const palette = cursor.table(flags) ?? globalTable;
  const literalBits = cursor.byte();
  const start = cursor.position;
  cursor.skipBlocks();
  const end = cursor.position;
  const frame = {
    left: uint16(descriptor, 0),
    top: uint16(descriptor, 2),
    width: uint16(descriptor, 4),
    height: uint16(descriptor, 6),
    interlaced: (flags & INTERLACED) !== 0,
    palette,
    ...control,
    literalBits,
    data: () => joinBlocks(bytes, start, end),
  };
  if (frame.width === 0 || frame.height === 0) throw new CorruptImageError('the frame has no pixels');
  if (frame.literalBits > 8) throw new CorruptImageError('a palette index has at most 8 bits');
  return frame;
}

function asAnimationFrame(frame: Frame): AnimationFrame {
  const { left, top, width, height, delay, disposal } = frame;
  return {
    left,
    top,
    width,
    height,
    durationMs: 10 * delay,
    blend: 'over',
    dispose: disposal === 2 ? 'clear' : disposal === 3 ? 'restore' : 'keep',
    decode: async () => {
      const { rgb, alpha } = paint({ ...frame, left: 0, top: 0 }, width, height);
      return interleave(rgb, alpha);
    },
  };
}

/** Where the frame does not reach, the colour of the transparent index shows, or else of 0; viewers show nothing there. */
function paint(frame: Frame, width: number, height: number): Pixels {
  const indices = unpackLzw(frame.data(), frame.literalBits, frame.width * frame.height);
  const colours = colourTable(frame.palette);
  const rgb = new Uint8Array(width * height * 3);
  const covered = frame.width === width && frame.height === height;
  const entry = (frame.transparent ?? 0) * 3;
  const backdrop = colours.subarray(entry, entry + 3);
  if (!covered && backdrop.some((level) => level !== 0)) {
    for (let at = 0; at < rgb.length; at += 3) rgb.set(backdrop, at);
  }
  const rowOf = frame.interlaced ? interlacedRows(frame.height) : undefined;
  const alpha = covered && frame.transparent === undefined ? undefined : new Uint8Array(width * height);
  for (let row = 0, from = 0; row < frame.height; row++) {
    const start = (frame.top + (rowOf?.[row] ?? row)) * width + frame.left;
    const end = from + frame.width;
    if (alpha !== undefined) coverRow(alpha, start, indices, from, end, frame.transparent);
    for (let to = start * 3; from < end; from++, to += 3) {
      const colour = (indices[from] ?? 0) * 3;
      rgb[to] = colours[colour] ?? 0;
      rgb[to + 1] = colours[colour + 1] ?? 0;
      rgb[to + 2] = colours[colour + 2] ?? 0;
    }
  }
  return { rgb, alpha };
}

function coverRow(
  alpha: Uint8Array,
  start: number,
  indices: Uint8Array,
  from: number,
  end: number,
  transparent: number | undefined,
): void {
  for (let at = from, to = start; at < end; at++, to++) alpha[to] = indices[at] === transparent ? 0 : OPAQUE;
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
