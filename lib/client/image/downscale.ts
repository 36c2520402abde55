import { fail } from '../errors/failure.js';
import type { Downscale } from '../settings.js';
import type { ReadImage } from './read-image.js';

/** Formats that are worth it and whose first picture is the only one; the others travel as they are. */
const FORMATS = new Set(['jpeg', 'png', 'webp']);

/** What a decoder may unfold at most: the service refuses larger images, and should be the one to say so. */
const MAX_PIXELS = 100_000_000;

/**
 * The image with its shorter edge at `shorterEdge` pixels, as a JPEG without chroma subsampling. EXIF orientation and
 * colour profile travel with it, so that the service can tell of them. What is small already, is not opaque, cannot be decoded
 * here, or would not shrink travels as it is: the service judges it.
 */
export async function downscaled(image: ReadImage, options: Downscale | undefined): Promise<ReadImage> {
  if (options === undefined) return image;
  const sharp = await loadSharp();
  const bytes = typeof image === 'string' ? decoded(image) : image;
  try {
    const pipeline = sharp(bytes, { failOn: 'error', ignoreIcc: true, limitInputPixels: MAX_PIXELS });
    const { format, width, height, pages = 1, depth, space, hasAlpha } = await pipeline.metadata();
    const shorter = Math.min(width, height);
    const plain = FORMATS.has(format) && pages === 1 && depth === 'uchar' && /^(?:srgb|b-w)$/.test(space);
    if (!plain || shorter <= options.shorterEdge) return image;
    if (hasAlpha && !(await pipeline.clone().stats()).isOpaque) return image;
    const scale = options.shorterEdge / shorter;
    const small = await pipeline
      .removeAlpha()
      .keepExif()
      .keepIccProfile()
      .resize(Math.round(width * scale), Math.round(height * scale), { fit: 'fill', fastShrinkOnLoad: false })
      .jpeg({ quality: options.quality, chromaSubsampling: '4:4:4' })
      .toBuffer();
    return small.byteLength < bytes.byteLength ? small : image;
  } catch {
    return image;
  }
}

async function loadSharp() {
  try {
    return (await import('sharp')).default;
  } catch (cause) {
    return fail('package_missing', 'downscale needs the package sharp: npm install sharp.', { cause });
  }
}

function decoded(text: string): Uint8Array {
  return Buffer.from(text.startsWith('data:') ? text.slice(text.indexOf(',') + 1) : text, 'base64');
}
