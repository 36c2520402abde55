import { ModerationError } from '../contract/errors.js';
import { isExhausted } from '../contract/exhaustion.js';
import type { Limits } from '../contract/limits.js';
import { openBmp } from './codec/bmp.js';
import { openGif } from './codec/gif.js';
import { openEncoded } from './codec/libvips.js';
import type { OpenedImage } from './codec/opened-image.js';
import type { RgbImage } from './rgb-image.js';
import { type ImageFormat, sniffFormat } from './sniff.js';

/** The limits that an image has to keep. */
export type ImageLimits = Pick<Limits, 'maxImageBytes' | 'maxImagePixels' | 'maxAvifPixels' | 'maxImageEdge'>;

export interface DecodedImage extends RgbImage {
  readonly format: ImageFormat;
}

/** A decoded file with what else it holds. */
export interface DecodedFile extends DecodedImage {
  /** uint8 [height, width]; undefined where the picture is opaque. */
  readonly alpha: Uint8Array | undefined;
  readonly opened: OpenedImage;
}

export interface DecodeOptions {
  /** Rejects with the signal's reason, before the next step begins. @default never */
  readonly signal?: AbortSignal;
}

/**
 * The pixels of an image file, equal to Pillow's `Image.open(...).convert("RGB")`: alpha is dropped, not blended;
 * EXIF orientation, colour profiles and gamma are ignored; the first frame or page counts. Bytes, pixels and edges are
 * judged before anything is decoded. Not equal, though close, is AVIF of more than 8 bits, without a colour box (nclx)
 * or with matrices other than BT.601, BT.709 and BT.2020. Stricter than Pillow: corrupt data is refused even where
 * Pillow would make do (PNG with a wrong checksum or without its end, AVIF, GIF whose pixels run out).
 * @throws ModerationError `image_too_large`, `image_unsupported` or `image_undecodable`; the decoder's own error when
 * memory runs out, which is not the image's fault
 */
export async function decodeImage(
  bytes: Uint8Array,
  limits: ImageLimits,
  { signal }: DecodeOptions = {},
): Promise<DecodedImage> {
  const { width, height, data, format } = await decodeFile(
    bytes,
    limits,
    signal === undefined ? {} : { signal },
  );
  return { width, height, data, format };
}

/** The same, with alpha and what is left to decode: frames, and the picture as viewers show it. */
export async function decodeFile(
  bytes: Uint8Array,
  limits: ImageLimits,
  { signal }: DecodeOptions = {},
): Promise<DecodedFile> {
  checkBytes(bytes, limits);
  const format = sniffFormat(bytes);
  const opened = await orUndecodable(format, () => open(bytes, format));
  signal?.throwIfAborted();
  const { width, height } = opened;
  checkSize(opened, format, limits);
  const { rgb, alpha } = await orUndecodable(format, () => opened.decode());
  signal?.throwIfAborted();
  return { width, height, data: rgb, alpha, format, opened };
}

async function open(bytes: Uint8Array, format: ImageFormat): Promise<OpenedImage> {
  if (format === 'gif') return openGif(bytes);
  return format === 'bmp' ? openBmp(bytes) : openEncoded(bytes, format);
}

function checkBytes(bytes: Uint8Array, { maxImageBytes }: ImageLimits): void {
  if (bytes.length <= maxImageBytes) return;
  throw new ModerationError(
    'image_too_large',
    `The image has ${bytes.length} bytes; expected at most ${maxImageBytes} (maxImageBytes).`,
  );
}

function checkSize({ width, height }: OpenedImage, format: ImageFormat, limits: ImageLimits): void {
  const size = `The ${name(format)} image has ${width} × ${height} pixels`;
  if (Math.max(width, height) > limits.maxImageEdge) {
    const expected = `expected edges of at most ${limits.maxImageEdge} pixels (maxImageEdge)`;
    throw new ModerationError('image_too_large', `${size}; ${expected}.`);
  }
  for (const limit of PIXEL_LIMITS[format]) {
    if (width * height <= limits[limit]) continue;
    const expected = `expected at most ${limits[limit]} in all (${limit})`;
    throw new ModerationError('image_too_large', `${size}; ${expected}.`);
  }
}

const PIXEL_LIMITS: Record<ImageFormat, readonly ('maxImagePixels' | 'maxAvifPixels')[]> = {
  jpeg: ['maxImagePixels'],
  png: ['maxImagePixels'],
  webp: ['maxImagePixels'],
  gif: ['maxImagePixels'],
  tiff: ['maxImagePixels'],
  avif: ['maxImagePixels', 'maxAvifPixels'],
  bmp: ['maxImagePixels'],
};

/** Pixels that an image of this format may have in all. */
export function pixelLimit(format: ImageFormat, limits: ImageLimits): number {
  return Math.min(...PIXEL_LIMITS[format].map((limit) => limits[limit]));
}

/** Decoders tell of corrupt files by errors of many kinds. Their words stay in `cause`, out of the reply. */
export async function orUndecodable<T>(format: ImageFormat, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    if (cause instanceof ModerationError || isExhausted(cause)) throw cause;
    throw new ModerationError(
      'image_undecodable',
      `The ${name(format)} image is truncated or corrupt; expected a whole, intact file.`,
      { cause },
    );
  }
}

const NAMES: Record<ImageFormat, string> = {
  jpeg: 'JPEG',
  png: 'PNG',
  webp: 'WebP',
  gif: 'GIF',
  tiff: 'TIFF',
  avif: 'AVIF',
  bmp: 'BMP',
};

const name = (format: ImageFormat): string => NAMES[format];
