/** A PNG's chunks: its header, what viewers do with its colours, and the frames of an APNG. Source: PNG, third edition. */
import { crc32 } from 'node:zlib';
import { type Animation, type AnimationFrame, MAX_LISTED_FRAMES } from '../animation/animation.js';
import { CorruptImageError, type DecodeStill } from './opened-image.js';

const SIGNATURE_BYTES = 8;
/** Length and type in front, checksum behind. */
const CHUNK_EXTRA = 12;
const HEADER_BYTES = 13;
const CONTROL_BYTES = 26;
const SEQUENCE_BYTES = 4;
const HAS_ALPHA = 4;
const GAMMA_UNIT = 100_000;

/** Chunks before the pixels on which their meaning rests. */
const SHARED = new Set(['PLTE', 'tRNS', 'gAMA', 'cHRM', 'sRGB', 'sBIT']);

export const PNG_GRAY = 0;

export interface PngContainer {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  /** 0 gray, 2 colours, 3 palette, 4 and 6 with alpha. */
  readonly colourType: number;
  readonly hasAlpha: boolean;
  readonly animation: Animation | undefined;
  readonly exif: Buffer | undefined;
  /** The content of iCCP: a name, a method and the packed profile. */
  readonly packedProfile: Buffer | undefined;
  /** The exponent of its samples, where the file gives that and nothing better: neither a profile nor sRGB. */
  readonly gamma: number | undefined;
}

interface Chunk {
  readonly type: string;
  readonly content: Buffer;
}

/** A frame as it is gathered. */
interface Draft {
  readonly control: Buffer;
  readonly data: Buffer[];
}

/** @throws CorruptImageError where the header is cut off */
export function readPng(bytes: Uint8Array, decodeStill: DecodeStill): PngContainer {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.length < SIGNATURE_BYTES + CHUNK_EXTRA + HEADER_BYTES)
    throw new CorruptImageError('the file ends early');
  const header = file.subarray(16, 16 + HEADER_BYTES);
  const found = new Map<string, Buffer>();
  const shared: Chunk[] = [];
  const drafts: Draft[] = [];
  let total = 0;
  let startsWithStill = false;
  for (const { type, content } of chunksOf(file)) {
    if (type === 'fcTL' && content.length >= CONTROL_BYTES) {
      total += 1;
      if (!found.has('IDAT')) startsWithStill = true;
      if (drafts.length < MAX_LISTED_FRAMES) drafts.push({ control: content, data: [] });
    } else if (type === 'IDAT') {
      if (startsWithStill && drafts.length === 1) drafts[0]?.data.push(content);
    } else if (type === 'fdAT' && total <= MAX_LISTED_FRAMES) {
      drafts.at(-1)?.data.push(content.subarray(SEQUENCE_BYTES));
    } else if (SHARED.has(type) && !found.has('IDAT')) {
      shared.push({ type, content });
    }
    if (!found.has(type)) found.set(type, content);
  }
  const frames = drafts.map((draft) => readFrame(draft, header, shared, decodeStill));
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const colourType = header[9] ?? 0;
  return {
    width,
    height,
    bits: header[8] ?? 0,
    colourType,
    hasAlpha: (colourType & HAS_ALPHA) !== 0 || found.has('tRNS'),
    animation: found.has('acTL') && total > 0 ? { width, height, total, frames, startsWithStill } : undefined,
    exif: found.get('eXIf'),
    packedProfile: found.get('iCCP'),
    gamma: gammaOf(found),
  };
}

function gammaOf(found: ReadonlyMap<string, Buffer>): number | undefined {
  const content = found.get('gAMA');
  if (content === undefined || content.length < 4 || found.has('iCCP') || found.has('sRGB')) return undefined;
  const gamma = content.readUInt32BE(0) / GAMMA_UNIT;
  return gamma > 0 ? gamma : undefined;
}

function readFrame(
  { control, data }: Draft,
  header: Buffer,
  shared: readonly Chunk[],
  decodeStill: DecodeStill,
): AnimationFrame {
  const [width, height] = [control.readUInt32BE(4), control.readUInt32BE(8)];
  const [numerator, denominator] = [control.readUInt16BE(20), control.readUInt16BE(22)];
  const dispose = (['keep', 'clear', 'restore'] as const)[control[24] ?? 0];
  return {
    left: control.readUInt32BE(12),
    top: control.readUInt32BE(16),
    width,
    height,
    durationMs: (1000 * numerator) / (denominator || 100),
    blend: control[25] === 1 ? 'over' : 'replace',
    dispose: dispose ?? 'keep',
    decode: async () => {
      const own = Buffer.from(header);
      own.writeUInt32BE(width, 0);
      own.writeUInt32BE(height, 4);
      const chunks = [
        { type: 'IHDR', content: own },
        ...shared,
        ...data.map((content) => ({ type: 'IDAT', content })),
        { type: 'IEND', content: Buffer.alloc(0) },
      ];
      return decodeStill(Buffer.concat([SIGNATURE, ...chunks.map(writeChunk)]), width, height);
    },
  };
}

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

function writeChunk({ type, content }: Chunk): Buffer {
  const chunk = Buffer.alloc(content.length + CHUNK_EXTRA);
  chunk.writeUInt32BE(content.length, 0);
  chunk.write(type, 4, 'latin1');
  content.copy(chunk, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + content.length)), 8 + content.length);
  return chunk;
}

/** The chunks up to the end; one that is cut off is not among them. */
function* chunksOf(file: Buffer): Generator<Chunk> {
  for (let at = SIGNATURE_BYTES; at + CHUNK_EXTRA <= file.length; ) {
    const length = file.readUInt32BE(at);
    const end = at + 8 + length;
    if (end + 4 > file.length) return;
    const type = file.toString('latin1', at + 4, at + 8);
    yield { type, content: file.subarray(at + 8, end) };
    if (type === 'IEND') return;
    at = end + 4;
  }
}
