/** Image files made byte by byte, for what no encoder writes. */
import { crc32, deflateSync } from 'node:zlib';

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

const uint16le = (...values: number[]): Buffer => Buffer.from(Uint16Array.from(values).buffer);

function chunk(type: string, content: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  return Buffer.concat([uint32(content.length), body, uint32(crc32(body))]);
}

/** An RGB PNG of one colour, whose header may claim another size than the data has. */
export function makePng(width: number, height: number, claimed = { width, height }): Buffer {
  const header = Buffer.concat([uint32(claimed.width), uint32(claimed.height), Buffer.from([8, 2, 0, 0, 0])]);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(height * (width * 3 + 1)))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

export interface GifOptions {
  readonly canvas: [width: number, height: number];
  /** Where the frame lies: left, top, width, height. */
  readonly frame: [number, number, number, number];
  /** Palette indices below 4, as many as the frame has pixels. */
  readonly indices: number[];
  /** Four RGB entries each. */
  readonly globalPalette?: number[];
  readonly localPalette?: number[];
  readonly transparent?: number;
  readonly interlaced?: boolean;
}

/** A GIF of one frame, its indices packed without compression: a clear code in front of each. */
export function makeGif({ canvas, frame, indices, ...options }: GifOptions): Buffer {
  const tableFlags = (table: number[] | undefined): number => (table === undefined ? 0 : 0x81);
  const control = options.transparent === undefined ? [] : [0x21, 0xf9, 4, 1, 0, 0, options.transparent, 0];
  const data = packBits([...indices.flatMap((index) => [4, index]), 5], 3);
  const blocks: number[] = [];
  for (let at = 0; at < data.length; at += 255) {
    const block = data.slice(at, at + 255);
    blocks.push(block.length, ...block);
  }
  return Buffer.concat([
    Buffer.from('GIF89a', 'latin1'),
    uint16le(...canvas),
    Buffer.from([
      tableFlags(options.globalPalette),
      0,
      0,
      ...(options.globalPalette ?? []),
      ...control,
      0x2c,
    ]),
    uint16le(...frame),
    Buffer.from([tableFlags(options.localPalette) | (options.interlaced ? 0x40 : 0)]),
    Buffer.from([...(options.localPalette ?? []), 2, ...blocks, 0, 0x3b]),
  ]);
}

function packBits(codes: number[], width: number): number[] {
  const bits = codes.flatMap((code) => Array.from({ length: width }, (_, bit) => (code >> bit) & 1));
  return Array.from({ length: Math.ceil(bits.length / 8) }, (_, byte) =>
    bits.slice(byte * 8, byte * 8 + 8).reduce((value, bit, position) => value | (bit << position), 0),
  );
}

export interface TiffOptions {
  readonly width: number;
  readonly height: number;
  readonly photometric: number;
  readonly samples: number;
  readonly bits: number;
  readonly data: Uint8Array;
  readonly compression?: number;
  /** Where the next directory is said to be. @default 0, there is none */
  readonly next?: number;
}

/** A little-endian TIFF of one strip. */
export function makeTiff({
  width,
  height,
  photometric,
  samples,
  bits,
  data,
  compression = 1,
  next = 0,
}: TiffOptions) {
  const [short, long] = [3, 4];
  const bitsAt = 8 + 2 + 9 * 12 + 4;
  const dataAt = bitsAt + samples * 2;
  const bitsEntry = samples > 2 ? bitsAt : bits | (samples === 2 ? bits << 16 : 0);
  const entries: [tag: number, type: number, count: number, value: number][] = [
    [256, long, 1, width],
    [257, long, 1, height],
    [258, short, samples, bitsEntry],
    [259, short, 1, compression],
    [262, short, 1, photometric],
    [273, long, 1, dataAt],
    [277, short, 1, samples],
    [278, long, 1, height],
    [279, long, 1, data.length],
  ];
  const directory = Buffer.alloc(bitsAt - 8);
  directory.writeUInt16LE(entries.length);
  entries.forEach(([tag, type, count, value], index) => {
    const at = 2 + index * 12;
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(type, at + 2);
    directory.writeUInt32LE(count, at + 4);
    directory.writeUInt32LE(value, at + 8);
  });
  directory.writeUInt32LE(next, directory.length - 4);
  const header = Buffer.from([0x49, 0x49, 0x2a, 0, 8, 0, 0, 0]);
  return Buffer.concat([header, directory, uint16le(...Array<number>(samples).fill(bits)), data]);
}
