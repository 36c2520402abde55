/**
 * The only importer of sharp. Its decoders run inside libvips with all colour management left out, so that pixels
 * come as they are stored; lib/image/codec/pixels.ts does the conversions that Pillow does differently.
 */
import { inflateSync } from 'node:zlib';
import sharp, { type Sharp, type SharpOptions } from 'sharp';
import { ModerationError } from '../../contract/errors.js';
import type { Animation } from '../animation/animation.js';
import { orientationOf } from '../metadata/exif.js';
import { isSrgb } from '../metadata/icc.js';
import type { ImageFormat } from '../sniff.js';
import { asPlainStill } from './avif.js';
import { type JpegFrame, readJpegMarkers } from './jpeg.js';
import {
  CorruptImageError,
  type OpenedImage,
  type Pixels,
  type ShownPicture,
  type Viewing,
} from './opened-image.js';
import { cmykToRgb, gray16ToRgb, splitAlpha } from './pixels.js';
import { PNG_GRAY, readPng } from './png.js';
import { firstPage } from './tiff.js';
import { readWebp } from './webp.js';
import { type YuvEncoding, yuvToRgb } from './yuv.js';

/** The formats that libvips decodes here. GIF and BMP have files of their own. */
export type CodecFormat = Exclude<ImageFormat, 'gif' | 'bmp'>;

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
/** Profiles of printers, with their tables, have about 2 MB. */
const MAX_PROFILE_BYTES = 16 * 1024 * 1024;

/** How libvips' samples become RGB. */
interface Layout {
  readonly channels: number;
  configure(image: Sharp): Sharp;
  toPixels(samples: Buffer): Pixels;
}

const opaque = (rgb: Uint8Array): Pixels => ({ rgb, alpha: undefined });

const RGB: Layout = {
  channels: 3,
  configure: (image) => image.removeAlpha().toColourspace('srgb').raw(),
  toPixels: opaque,
};

const RGBA: Layout = {
  channels: 4,
  configure: (image) => image.ensureAlpha().toColourspace('srgb').raw({ depth: 'uchar' }),
  toPixels: splitAlpha,
};

const CMYK: Layout = {
  channels: 4,
  configure: (image) => image.removeAlpha().pipelineColourspace('cmyk').toColourspace('cmyk').raw(),
  toPixels: (samples) => opaque(cmykToRgb(samples)),
};

const GRAY_16: Layout = {
  channels: 1,
  configure: (image) => image.removeAlpha().toColourspace('grey16').raw({ depth: 'ushort' }),
  toPixels: ({ buffer, byteOffset, byteLength }) =>
    opaque(gray16ToRgb(new Uint16Array(buffer, byteOffset, byteLength / 2))),
};

interface Header {
  readonly width: number;
  readonly height: number;
  readonly layout: Layout;
}

/** A file as libvips gets it, what is left to do with the pixels that come back, and what viewers do with them. */
interface Input {
  readonly bytes: Uint8Array;
  /** Where this project reads the header itself, libvips need not open the file twice. */
  readonly header?: Header | undefined;
  /** Applied here, as Pillow does for TIFF. */
  readonly applied?: number;
  readonly encoding?: YuvEncoding | undefined;
  readonly failOn?: SharpOptions['failOn'];
  readonly animation?: Animation | undefined;
  /** What viewers do, and Pillow does not. */
  readonly turned?: boolean;
  readonly profile?: Buffer | undefined;
  /** Of a PNG without a profile. */
  readonly gamma?: number | undefined;
}

function inputOf(bytes: Uint8Array, format: CodecFormat): Input {
  switch (format) {
    case 'tiff': {
      const { bytes: page, orientation } = firstPage(bytes);
      return { bytes: page, applied: orientation };
    }
    case 'avif':
      return asPlainStill(bytes);
    case 'jpeg':
      return jpegInput(bytes);
    case 'png':
      return pngInput(bytes);
    case 'webp':
      return webpInput(bytes);
  }
}

const EIGHT_BITS = 8;
const END_OF_IMAGE = Buffer.from([0xff, 0xd9]);

/** A file that lacks nothing but its end marker gets one; then a warning tells that more is missing. */
function jpegInput(bytes: Uint8Array): Input {
  const { frame, ends, exif, profile } = readJpegMarkers(bytes);
  if (frame.precision !== EIGHT_BITS) {
    throw new ModerationError(
      'image_unsupported',
      `The JPEG image has ${frame.precision} bits a sample; expected ${EIGHT_BITS}. Save it as a usual JPEG.`,
    );
  }
  return {
    bytes: ends ? bytes : Buffer.concat([bytes, END_OF_IMAGE]),
    ...(!ends && { failOn: 'warning' }),
    header: jpegHeader(frame),
    turned: orientationOf(exif) !== 1,
    profile,
  };
}

function jpegHeader({ width, height, components }: JpegFrame): Header {
  return { width, height, layout: components === 4 ? CMYK : RGB };
}

/** libvips would write to standard error about sizes that it cannot hold, so the size is read here. */
function pngInput(bytes: Uint8Array): Input {
  const { width, height, bits, colourType, hasAlpha, animation, exif, packedProfile, gamma } = readPng(
    bytes,
    decodeStill,
  );
  // Pillow keeps 16 bits for gray alone; with colours or alpha it takes the high bytes, as libvips does.
  const gray16 = bits === 16 && colourType === PNG_GRAY;
  const layout = gray16 ? GRAY_16 : hasAlpha ? RGBA : RGB;
  return {
    bytes,
    header: { width, height, layout },
    animation,
    turned: orientationOf(exif) !== 1,
    profile: packedProfile && unpackProfile(packedProfile),
    gamma: gamma === undefined || isDisplayGamma(gamma) ? undefined : gamma,
  };
}

/** A name, a zero, the method, and the packed profile. What cannot be unpacked is a profile of its own. */
function unpackProfile(content: Buffer): Buffer {
  const end = content.indexOf(0);
  try {
    return inflateSync(content.subarray(end + 2), { maxOutputLength: MAX_PROFILE_BYTES });
  } catch {
    return Buffer.alloc(0);
  }
}

function webpInput(bytes: Uint8Array): Input {
  const { animation, exif, profile } = readWebp(bytes, decodeStill);
  return { bytes, animation, turned: orientationOf(exif) !== 1, profile };
}

async function readHeader(bytes: Uint8Array): Promise<Header> {
  const { width, height, space, hasAlpha } = await sharp(bytes, OPTIONS).metadata();
  if (space === 'cmyk') return { width, height, layout: CMYK };
  if (space === 'grey16') return { width, height, layout: GRAY_16 };
  return { width, height, layout: hasAlpha ? RGBA : RGB };
}

/** Reads the header. */
export async function openEncoded(file: Uint8Array, format: CodecFormat): Promise<OpenedImage> {
  const input = inputOf(file, format);
  const { animation } = input;
  const shared = { animation, viewing: viewingOf(input, file, format) };
  if (format === 'webp' && animation !== undefined) return { ...openAnimated(animation), ...shared };
  const { layout, ...stored } = input.header ?? (await readHeader(input.bytes));
  const turned = (input.applied ?? 1) >= ROTATED_BY_90;
  const width = turned ? stored.height : stored.width;
  const height = turned ? stored.width : stored.height;
  return { width, height, decode: () => decode(input, layout, width, height), ...shared };
}

function viewingOf(
  { bytes, turned = false, profile, gamma, failOn }: Input,
  file: Uint8Array,
  format: CodecFormat,
): Viewing | undefined {
  const profiled = gamma !== undefined || (profile !== undefined && !isSrgb(profile));
  if (!turned && !profiled) return undefined;
  // The header of an AVIF was altered so that nothing is turned; viewers see the file as it came.
  const shown = format === 'avif' ? file : bytes;
  return { turned, profiled, show: () => show(shown, failOn, gamma) };
}

async function decode(
  { bytes, applied = 1, encoding, failOn = OPTIONS.failOn }: Input,
  layout: Layout,
  width: number,
  height: number,
): Promise<Pixels> {
  const source = sharp(bytes, { ...OPTIONS, failOn }).timeout({ seconds: DECODE_TIMEOUT_SECONDS });
  const upright = applied === 1 ? source : source.autoOrient();
  const { data, info } = await layout.configure(upright).toBuffer({ resolveWithObject: true });
  if (info.width !== width || info.height !== height || info.channels !== layout.channels) {
    throw new CorruptImageError('the pixels do not fit the header');
  }
  const pixels = layout.toPixels(data);
  if (encoding !== undefined) yuvToRgb(pixels.rgb, width, height, encoding);
  return pixels;
}

/** The first frame on its canvas, as Pillow gives it. */
function openAnimated({
  width,
  height,
  frames,
}: Animation): Pick<OpenedImage, 'width' | 'height' | 'decode'> {
  return {
    width,
    height,
    decode: async () => {
      const [frame] = frames;
      if (frame === undefined) throw new CorruptImageError('there is no frame');
      const { left, top } = frame;
      if (left + frame.width > width || top + frame.height > height) {
        throw new CorruptImageError('a frame lies outside of the canvas');
      }
      const rgba = await frame.decode();
      if (frame.width === width && frame.height === height) return splitAlpha(rgba);
      const canvas = new Uint8Array(width * height * 4);
      for (let row = 0; row < frame.height; row++) {
        const source = rgba.subarray(row * frame.width * 4, (row + 1) * frame.width * 4);
        canvas.set(source, ((top + row) * width + left) * 4);
      }
      return splitAlpha(canvas);
    },
  };
}

/** RGBA of a file of one picture; its size is judged before. Rejects where it has another size than it should. */
async function decodeStill(file: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  const source = () => sharp(file, OPTIONS).timeout({ seconds: DECODE_TIMEOUT_SECONDS });
  const header = await source().metadata();
  if (header.width !== width || header.height !== height) {
    throw new CorruptImageError('a frame has another size than it says');
  }
  const { data } = await RGBA.configure(source()).toBuffer({ resolveWithObject: true });
  return data;
}

/**
 * The file as viewers show it: turned upright and converted to sRGB by its profile, or by its gamma.
 *
 * @param gamma of a PNG that has no profile; undefined where it says none
 */
async function show(
  file: Uint8Array,
  failOn: Input['failOn'],
  gamma: number | undefined,
): Promise<ShownPicture> {
  const source = sharp(file, { ...OPTIONS, ignoreIcc: false, failOn: failOn ?? OPTIONS.failOn });
  const { data, info } = await RGBA.configure(
    source.timeout({ seconds: DECODE_TIMEOUT_SECONDS }).autoOrient(),
  ).toBuffer({
    resolveWithObject: true,
  });
  const { rgb, alpha } = splitAlpha(data);
  if (gamma !== undefined) applyGamma(rgb, gamma);
  return { width: info.width, height: info.height, rgb, alpha };
}

/** What a display of gamma 2.2 shows of samples that were encoded by another exponent. */
function applyGamma(rgb: Uint8Array, gamma: number): void {
  const exponent = 1 / (gamma * DISPLAY_GAMMA);
  const table = Uint8Array.from({ length: 256 }, (_, level) => Math.round(255 * (level / 255) ** exponent));
  for (let at = 0; at < rgb.length; at++) rgb[at] = table[rgb[at] ?? 0] ?? 0;
}

const DISPLAY_GAMMA = 2.2;
/** Encoders round; nobody sees less. */
const GAMMA_TOLERANCE = 0.02;

function isDisplayGamma(gamma: number): boolean {
  return Math.abs(gamma * DISPLAY_GAMMA - 1) <= GAMMA_TOLERANCE;
}
