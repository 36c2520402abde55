/**
 * The only importer of sharp. Its decoders run inside libvips with all colour management left out, so that pixels
 * come as they are stored; lib/image/codec/pixels.ts does the conversions that Pillow does differently.
 */
import sharp, { type Sharp, type SharpOptions } from 'sharp';
import type { ImageFormat } from '../sniff.js';
import { asPlainStill } from './avif.js';
import { type JpegFrame, readJpegMarkers } from './jpeg.js';
import { CorruptImageError, type OpenedImage } from './opened-image.js';
import { cmykToRgb, gray16ToRgb } from './pixels.js';
import { firstPage } from './tiff.js';
import { type YuvEncoding, yuvToRgb } from './yuv.js';

/** The formats that libvips decodes here. GIF is not among them: see lib/image/codec/gif.ts. */
export type CodecFormat = Exclude<ImageFormat, 'gif'>;

/** Decoders that may run in this process, whatever the bytes claim to be. */
const LOADERS = ['Jpeg', 'Png', 'Webp', 'Tiff', 'Heif'].map((name) => `VipsForeignLoad${name}Buffer`);
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: LOADERS });

/** Images are decoded side by side, so each takes one thread; and none is decoded twice, so none is kept. */
sharp.concurrency(1);
sharp.cache(false);

/** No honest image of the allowed size takes a tenth of it; afterwards libvips gives up. */
const DECODE_TIMEOUT_SECONDS = 30;

const OPTIONS = {
  /** Refuses truncated and corrupt files as Pillow does, but not the warnings that Pillow lets pass. */
  failOn: 'error',
  pages: 1,
  ignoreIcc: true,
  sequentialRead: true,
  /** The size is judged by this project's own limits, between header and pixels. */
  limitInputPixels: false,
} as const satisfies SharpOptions;

const ROTATED_BY_90 = 5;
const PNG_HEADER_END = 33;
const PNG_GRAY = 0;

/** How libvips' samples become RGB. */
interface Layout {
  readonly channels: number;
  configure(image: Sharp): Sharp;
  toRgb(samples: Buffer): Uint8Array;
}

const RGB: Layout = {
  channels: 3,
  configure: (image) => image.removeAlpha().toColourspace('srgb').raw(),
  toRgb: (samples) => samples,
};

const CMYK: Layout = {
  channels: 4,
  configure: (image) => image.removeAlpha().pipelineColourspace('cmyk').toColourspace('cmyk').raw(),
  toRgb: cmykToRgb,
};

const GRAY_16: Layout = {
  channels: 1,
  configure: (image) => image.removeAlpha().toColourspace('grey16').raw({ depth: 'ushort' }),
  toRgb: ({ buffer, byteOffset, byteLength }) =>
    gray16ToRgb(new Uint16Array(buffer, byteOffset, byteLength / 2)),
};

interface Header {
  readonly width: number;
  readonly height: number;
  readonly layout: Layout;
}

/** Where this project reads the header itself, libvips need not open the file twice. */
async function readHeader({ bytes, frame }: Input, format: CodecFormat): Promise<Header> {
  if (format === 'png') return readPngHeader(bytes);
  if (frame?.precision === 8) {
    const { width, height, components } = frame;
    return { width, height, layout: components === 4 ? CMYK : RGB };
  }
  const { width, height, space } = await sharp(bytes, OPTIONS).metadata();
  if (space === 'cmyk') return { width, height, layout: CMYK };
  return { width, height, layout: space === 'grey16' ? GRAY_16 : RGB };
}

/** libvips would write to standard error about sizes that it cannot hold, so the size is read here. */
function readPngHeader(bytes: Uint8Array): Header {
  if (bytes.length < PNG_HEADER_END) throw new CorruptImageError('the file ends early');
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const [bits, colourType] = [view.getUint8(24), view.getUint8(25)];
  // Pillow keeps 16 bits for gray alone; with colours or alpha it takes the high bytes, as libvips does.
  return { width, height, layout: bits === 16 && colourType === PNG_GRAY ? GRAY_16 : RGB };
}

/** A file as libvips gets it, and what is left to do with the pixels that come back. */
interface Input {
  readonly bytes: Uint8Array;
  readonly orientation?: number;
  readonly encoding?: YuvEncoding | undefined;
  /** Of a JPEG. */
  readonly frame?: JpegFrame;
}

function inputOf(bytes: Uint8Array, format: CodecFormat): Input {
  if (format === 'tiff') return firstPage(bytes);
  if (format === 'avif') return asPlainStill(bytes);
  return format === 'jpeg' ? { bytes, frame: readJpegMarkers(bytes) } : { bytes };
}

/** Reads the header. */
export async function openEncoded(file: Uint8Array, format: CodecFormat): Promise<OpenedImage> {
  const input = inputOf(file, format);
  const { bytes, orientation = 1, encoding } = input;
  const { layout, ...stored } = await readHeader(input, format);
  const turned = orientation >= ROTATED_BY_90;
  const width = turned ? stored.height : stored.width;
  const height = turned ? stored.width : stored.height;
  return { width, height, decode };

  async function decode(): Promise<Uint8Array> {
    const source = sharp(bytes, OPTIONS).timeout({ seconds: DECODE_TIMEOUT_SECONDS });
    const upright = orientation === 1 ? source : source.autoOrient();
    const { data, info } = await layout.configure(upright).toBuffer({ resolveWithObject: true });
    if (info.width !== width || info.height !== height || info.channels !== layout.channels) {
      throw new CorruptImageError('the pixels do not fit the header');
    }
    const rgb = layout.toRgb(data);
    if (encoding !== undefined) yuvToRgb(rgb, width, height, encoding);
    return rgb;
  }
}
