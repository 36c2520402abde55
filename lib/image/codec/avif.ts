/**
 * AVIF through libheif, with the results of libavif, which Pillow uses. libheif always rotates and mirrors as the file
 * asks, and repeats chroma samples where libavif interpolates them. Both are undone in the header: transformations are
 * set to none, and the colour matrix is declared the identity, whereupon libheif hands out the stored Y, U and V, and
 * lib/image/codec/yuv.ts makes RGB of them. Sources: ISO/IEC 14496-12 (boxes), ISO/IEC 23008-12 (item properties), AV1-ISOBMFF
 * (av1C), ITU-T H.273 (matrix coefficients).
 */
import { isDeepStrictEqual } from 'node:util';
import type { Animation } from '../animation/animation.js';
import { CorruptImageError } from './opened-image.js';
import { YUV_MATRICES, type YuvEncoding } from './yuv.js';

export interface PlainAvif {
  /** The file with its header altered, or as it was if there is nothing to alter. */
  readonly bytes: Uint8Array;
  /** How libheif's R, G and B, which are V, Y and U, become RGB. Absent: they are RGB already. */
  readonly encoding: YuvEncoding | undefined;
  /** Whether viewers turn or mirror the picture. */
  readonly turned: boolean;
  readonly profile: Buffer | undefined;
  /** Of a sequence: its frames are counted, not read. */
  readonly animation: Animation | undefined;
}

/** Boxes on the way to the properties of items, with the bytes of each one's own fields. */
const PATH = [
  { type: 'meta', fieldBytes: 4 },
  { type: 'iprp', fieldBytes: 0 },
  { type: 'ipco', fieldBytes: 0 },
] as const;

const HEADER_BYTES = 8;
/** `irot` and `imir` hold one byte. */
const TRANSFORM_BYTES = 1;
/** `ispe`: four bytes of version and flags, then the width and the height. */
const EXTENT_BYTES = 12;
/** Of a coded image; libvips would write to standard error about edges that it cannot hold. */
const MAX_EDGE = 65_536;
/** `colr` of type nclx: the type, three codes of two bytes, the range. */
const NCLX_BYTES = 11;
const MATRIX_AT = 8;
const RANGE_AT = 10;
const FULL_RANGE = 0x80;
const IDENTITY = 0;
/** Flags in the third byte of `av1C`. */
const MORE_THAN_8_BITS = 0x60;
const MONOCHROME = 0x10;
const HALVED_X = 0x08;
const HALVED_Y = 0x04;

interface Box {
  readonly type: string;
  readonly start: number;
  readonly content: Buffer;
}

/** @throws CorruptImageError where the header claims edges that no coded image has. */
export function asPlainStill(bytes: Uint8Array): PlainAvif {
  const file = Buffer.from(bytes);
  const properties = itemProperties(file);
  checkExtents(properties);
  const animation = sequenceOf(file);
  const profile = profileOf(properties);
  const turned = properties.some(({ type, content }) => isTurn(type, content));
  declareStill(file);
  stopTransforms(file, properties);
  return { bytes: file, encoding: exposePlanes(properties), turned, profile, animation };
}

function checkExtents(properties: readonly Box[]): void {
  for (const { type, content } of properties) {
    if (type !== 'ispe' || content.length !== EXTENT_BYTES) continue;
    const longest = Math.max(content.readUInt32BE(4), content.readUInt32BE(8));
    if (longest > MAX_EDGE) throw new CorruptImageError('the image claims longer edges than AV1 allows');
  }
}

/** Rotation by none of 90 degrees is none; `imir` mirrors whatever it holds. */
function isTurn(type: string, content: Buffer): boolean {
  if (content.length !== TRANSFORM_BYTES) return false;
  return type === 'imir' || (type === 'irot' && ((content[0] ?? 0) & 3) !== 0);
}

const PROFILE_TYPES = ['prof', 'rICC'];

function profileOf(properties: readonly Box[]): Buffer | undefined {
  const box = properties.find(
    ({ type, content }) => type === 'colr' && PROFILE_TYPES.includes(content.toString('latin1', 0, 4)),
  );
  return box === undefined ? undefined : Buffer.from(box.content.subarray(4));
}

/** The track of pictures with the most samples. */
function sequenceOf(file: Buffer): Animation | undefined {
  const tracks = childrenOf(file, undefined)
    .filter(({ type }) => type === 'moov')
    .flatMap((movie) => childrenOf(file, movie))
    .filter(({ type }) => type === 'trak');
  const total = Math.max(0, ...tracks.map((track) => samplesOf(file, track)));
  return total > 1 ? { width: 0, height: 0, total, frames: [], startsWithStill: true } : undefined;
}

function samplesOf(file: Buffer, track: Box): number {
  let box: Box | undefined = track;
  for (const type of ['mdia', 'minf', 'stbl', 'stsz']) {
    box = box === undefined ? undefined : childrenOf(file, box).find((child) => child.type === type);
  }
  return box === undefined || box.content.length < SAMPLE_COUNT_END ? 0 : box.content.readUInt32BE(8);
}

/** `stsz`: version and flags, the size of a sample, how many there are. */
const SAMPLE_COUNT_END = 12;

function childrenOf(file: Buffer, parent: Box | undefined): Box[] {
  if (parent === undefined) return childBoxes(file, 0, file.length);
  const start = parent.start + HEADER_BYTES;
  return childBoxes(file, start, start + parent.content.length);
}

/** An image sequence holds its first frame as a still image too; libvips knows it by the brand of one only. */
function declareStill(file: Buffer): void {
  if (file.toString('latin1', 8, 12) === 'avis') file.write('avif', 8, 'latin1');
}

/** Makes every rotation, and every mirroring, a rotation by 0 degrees. */
function stopTransforms(file: Buffer, properties: readonly Box[]): void {
  for (const { type, start, content } of properties) {
    if ((type !== 'irot' && type !== 'imir') || content.length !== TRANSFORM_BYTES) continue;
    file.write('irot', start + 4, 'latin1');
    content[0] = 0;
  }
}

/** Declares the identity for the matrix, if the true one is known and can be applied later. */
function exposePlanes(properties: readonly Box[]): YuvEncoding | undefined {
  const configurations = properties.filter(({ type }) => type === 'av1C').map(({ content }) => content);
  const colours = properties
    .filter(({ type, content }) => type === 'colr' && content.length === NCLX_BYTES)
    .map(({ content }) => content)
    .filter((content) => content.toString('latin1', 0, 4) === 'nclx');
  const encoding = encodingOf(configurations, colours);
  if (encoding === undefined) return undefined;
  for (const colour of colours) {
    colour.writeUInt16BE(IDENTITY, MATRIX_AT);
    colour[RANGE_AT] = FULL_RANGE;
  }
  return encoding;
}

/** What all coded images of the file share, apart from monochrome ones such as alpha. */
function encodingOf(configurations: readonly Buffer[], colours: readonly Buffer[]): YuvEncoding | undefined {
  const layouts = configurations
    .map((configuration) => configuration[2] ?? 0)
    .filter((flags) => (flags & MONOCHROME) === 0)
    .map((flags) => ({
      bits: (flags & MORE_THAN_8_BITS) === 0 ? 8 : 10,
      halvedX: (flags & HALVED_X) !== 0,
      halvedY: (flags & HALVED_Y) !== 0,
    }));
  const matrices = colours.map((colour) => ({
    matrix: colour.readUInt16BE(MATRIX_AT),
    fullRange: ((colour[RANGE_AT] ?? 0) & FULL_RANGE) !== 0,
  }));
  const [layout, colour] = [common(layouts), common(matrices)];
  if (layout === undefined || colour === undefined) return undefined;
  const { bits, ...halved } = layout;
  return bits === 8 && YUV_MATRICES.includes(colour.matrix) ? { ...colour, ...halved } : undefined;
}

/** The value that all are equal to; undefined where there is none, or they differ. */
function common<T>(values: readonly T[]): T | undefined {
  const [first] = values;
  return values.every((other) => isDeepStrictEqual(other, first)) ? first : undefined;
}

function itemProperties(file: Buffer): Box[] {
  let boxes = childBoxes(file, 0, file.length);
  for (const { type, fieldBytes } of PATH) {
    const box = boxes.find((candidate) => candidate.type === type);
    if (box === undefined) return [];
    const start = box.start + HEADER_BYTES;
    boxes = childBoxes(file, start + fieldBytes, start + box.content.length);
  }
  return boxes;
}

/** The boxes between two offsets, up to the first that does not fit. */
function childBoxes(file: Buffer, from: number, to: number): Box[] {
  const boxes: Box[] = [];
  for (let start = from; start + HEADER_BYTES <= to; ) {
    const end = start + file.readUInt32BE(start);
    if (end < start + HEADER_BYTES || end > to) break;
    const type = file.toString('latin1', start + 4, start + HEADER_BYTES);
    boxes.push({ type, start, content: file.subarray(start + HEADER_BYTES, end) });
    start = end;
  }
  return boxes;
}
