/**
 * AVIF through libheif, with the results of libavif, which Pillow uses. libheif always rotates and mirrors as the file
 * asks, and repeats chroma samples where libavif interpolates them. Both are undone in the header: transformations are
 * set to none, and the colour matrix is declared the identity, whereupon libheif hands out the stored Y, U and V, and
 * lib/image/codec/yuv.ts makes RGB of them. Sources: ISO/IEC 14496-12 (boxes), ISO/IEC 23008-12 (item properties), AV1-ISOBMFF
 * (av1C), ITU-T H.273 (matrix coefficients).
 */
import { CorruptImageError } from './opened-image.js';
import { YUV_MATRICES, type YuvEncoding } from './yuv.js';

export interface PlainAvif {
  /** The file with its header altered, or as it was if there is nothing to alter. */
  readonly bytes: Uint8Array;
  /** How libheif's R, G and B, which are V, Y and U, become RGB. Absent: they are RGB already. */
  readonly encoding: YuvEncoding | undefined;
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
const NCLX_BYTES = 11;
/** Of a coded image; libvips would write to standard error about edges that it cannot hold. */
const MAX_EDGE = 65_536;
const FULL_RANGE = 0x80;
const IDENTITY = 0;

interface Box {
  readonly type: string;
  readonly start: number;
  readonly content: Buffer;
}

export function withoutTransforms(bytes: Uint8Array): PlainAvif {
  const copy = Buffer.from(bytes);
  const properties = itemProperties(copy);
  for (const { type, content } of properties) {
    if (
      type === 'ispe' &&
      content.length === 12 &&
      Math.max(content.readUInt32BE(4), content.readUInt32BE(8)) > MAX_EDGE
    ) {
      throw new CorruptImageError('the image claims longer edges than AV1 allows');
    }
  }
  declareStill(copy);
  for (const { type, start, content } of properties) {
    if ((type !== 'irot' && type !== 'imir') || content.length !== TRANSFORM_BYTES) continue;
    copy.write('irot', start + 4, 'latin1');
    content[0] = 0;
  }
  const colours = properties.filter(
    ({ type, content }) =>
      type === 'colr' && content.length === NCLX_BYTES && content.toString('latin1', 0, 4) === 'nclx',
  );
  const encoding = encodingOf(
    properties.filter(({ type }) => type === 'av1C').map(({ content }) => content),
    colours.map(({ content }) => content),
  );
  if (encoding !== undefined) {
    for (const { content } of colours) {
      content.writeUInt16BE(IDENTITY, 8);
      content[10] = FULL_RANGE;
    }
  }
  return { bytes: copy, encoding };
}

/** An image sequence holds its first frame as a still image too; libvips knows it by the brand of one only. */
function declareStill(file: Buffer): void {
  if (file.toString('latin1', 8, 12) === 'avis') file.write('avif', 8, 'latin1');
}

/** The encoding that all coded images of the file share, apart from monochrome ones such as alpha. */
function encodingOf(configurations: readonly Buffer[], colours: readonly Buffer[]): YuvEncoding | undefined {
  const flags = configurations.map((content) => content[2] ?? 0).filter((value) => (value & 0x10) === 0);
  const [flag, ...otherFlags] = flags.map((value) => value & 0x6c);
  const [colour, ...otherColours] = colours.map((content) => ({
    matrix: content.readUInt16BE(8),
    fullRange: ((content[10] ?? 0) & FULL_RANGE) !== 0,
  }));
  if (flag === undefined || otherFlags.some((other) => other !== flag)) return undefined;
  if (colour === undefined || !YUV_MATRICES.includes(colour.matrix)) return undefined;
  if (
    otherColours.some(({ matrix, fullRange }) => matrix !== colour.matrix || fullRange !== colour.fullRange)
  ) {
    return undefined;
  }
  const moreThan8Bits = (flag & 0x60) !== 0;
  if (moreThan8Bits) return undefined;
  return { ...colour, halvedX: (flag & 0x08) !== 0, halvedY: (flag & 0x04) !== 0 };
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
