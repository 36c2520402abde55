/**
 * A WebP's chunks. An animation is taken apart here: libvips looks through all frames of the file for each one, which
 * takes minutes for a hundred thousand. Source: the WebP container specification (RFC 9649).
 */
import { type Animation, type AnimationFrame, MAX_LISTED_FRAMES } from '../animation/animation.js';
import { CorruptImageError, type DecodeStill } from './opened-image.js';

const CHUNK_HEADER = 8;
const FIRST_CHUNK = 12;
const FRAME_HEADER = 16;
const HAS_ALPHA = 0x10;
const ANIMATED = 0x02;
const NO_BLENDING = 0x02;
const CLEARED = 0x01;

interface Chunk {
  readonly type: string;
  readonly content: Buffer;
}

export interface WebpContainer {
  /** Undefined for a still picture. */
  readonly animation: Animation | undefined;
  readonly exif: Buffer | undefined;
  readonly profile: Buffer | undefined;
}

/** @throws CorruptImageError where a frame is cut off */
export function readWebp(bytes: Uint8Array, decodeStill: DecodeStill): WebpContainer {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frames: AnimationFrame[] = [];
  let total = 0;
  let header: Buffer | undefined;
  let exif: Buffer | undefined;
  let profile: Buffer | undefined;
  for (const { type, content } of chunksOf(file, FIRST_CHUNK)) {
    if (type === 'VP8X') header ??= content;
    if (type === 'EXIF') exif ??= content;
    if (type === 'ICCP') profile ??= content;
    if (type !== 'ANMF') continue;
    total += 1;
    if (frames.length < MAX_LISTED_FRAMES) frames.push(readFrame(content, decodeStill));
  }
  const animated = header !== undefined && ((header[0] ?? 0) & ANIMATED) !== 0;
  if (header === undefined || !animated || total === 0) return { animation: undefined, exif, profile };
  if (header.length < 10) throw new CorruptImageError('the header is cut off');
  const animation = {
    width: 1 + header.readUIntLE(4, 3),
    height: 1 + header.readUIntLE(7, 3),
    total,
    frames,
    startsWithStill: true,
  };
  return { animation, exif, profile };
}

function readFrame(content: Buffer, decodeStill: DecodeStill): AnimationFrame {
  if (content.length < FRAME_HEADER) throw new CorruptImageError('a frame is cut off');
  const flags = content[15] ?? 0;
  const width = 1 + content.readUIntLE(6, 3);
  const height = 1 + content.readUIntLE(9, 3);
  return {
    left: 2 * content.readUIntLE(0, 3),
    top: 2 * content.readUIntLE(3, 3),
    width,
    height,
    durationMs: content.readUIntLE(12, 3),
    blend: (flags & NO_BLENDING) === 0 ? 'over' : 'replace',
    dispose: (flags & CLEARED) === 0 ? 'keep' : 'clear',
    decode: async () => {
      return decodeStill(asStill(content.subarray(FRAME_HEADER), width, height), width, height);
    },
  };
}

/** A frame's chunks as a file of its own. */
function asStill(content: Buffer, width: number, height: number): Buffer {
  const kept = [...chunksOf(content, 0)].filter(({ type }) => ['ALPH', 'VP8 ', 'VP8L'].includes(type));
  const alpha = kept.find(({ type }) => type === 'ALPH');
  const image = kept.find(({ type }) => type !== 'ALPH');
  if (image === undefined) throw new CorruptImageError('a frame has no picture');
  const parts = [writeChunk(image.type, image.content)];
  if (alpha !== undefined && image.type === 'VP8 ') {
    const header = Buffer.alloc(10);
    header[0] = HAS_ALPHA;
    header.writeUIntLE(width - 1, 4, 3);
    header.writeUIntLE(height - 1, 7, 3);
    parts.unshift(writeChunk('VP8X', header), writeChunk('ALPH', alpha.content));
  }
  const body = Buffer.concat([Buffer.from('WEBP'), ...parts]);
  const head = Buffer.from('RIFF\0\0\0\0');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
}

function writeChunk(type: string, content: Buffer): Buffer {
  const head = Buffer.from(`${type}\0\0\0\0`);
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
}

/** The chunks from an offset on; one that is cut off is the last. */
function* chunksOf(file: Buffer, from: number): Generator<Chunk> {
  for (let at = from; at + CHUNK_HEADER <= file.length; ) {
    const size = file.readUInt32LE(at + 4);
    const start = at + CHUNK_HEADER;
    const type = file.toString('latin1', at, at + 4);
    if (start + size > file.length) {
      if (type === 'ANMF') throw new CorruptImageError('a frame is cut off');
      return;
    }
    yield { type, content: file.subarray(start, start + size) };
    at = start + size + (size % 2);
  }
}
