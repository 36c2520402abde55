/**
 * The first directory of a TIFF, as far as it decides whether libvips and Pillow see the same colours. TIFF is a
 * container of many layouts; those that were compared bit by bit are decoded, and the rest is refused. Source: TIFF
 * revision 6.0, section 2.
 */
import { ModerationError } from '../../contract/errors.js';
import { CorruptImageError } from './opened-image.js';

const TAGS = {
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  orientation: 274,
  samplesPerPixel: 277,
  planarConfiguration: 284,
  extraSamples: 338,
  sampleFormat: 339,
} as const;

type TagName = keyof typeof TAGS;

/** First values of the tags, or the specification's defaults. */
type Directory = Record<TagName, number>;

const DEFAULTS: Directory = {
  bitsPerSample: 1,
  compression: 1,
  photometric: -1,
  orientation: 1,
  samplesPerPixel: 1,
  planarConfiguration: 1,
  extraSamples: 0,
  sampleFormat: 1,
};

const COMPRESSION = { jpeg: 7 } as const;
/** None, CCITT (1D, group 3 and 4), LZW, JPEG, deflate (both numbers), PackBits. */
const COMPRESSIONS = [1, 2, 3, 4, 5, COMPRESSION.jpeg, 8, 32773, 32946];
const PHOTOMETRIC = { whiteIsZero: 0, blackIsZero: 1, rgb: 2, palette: 3, cmyk: 5, ycbcr: 6 } as const;
const FLOAT = 3;
const ASSOCIATED_ALPHA = 1;

export interface FirstPage {
  /** The file without a way from its first directory to others: a small file can chain hundreds of thousands. */
  readonly bytes: Uint8Array;
  /** 1 to 8. Pillow applies it to TIFF alone. */
  readonly orientation: number;
}

/**
 * @throws ModerationError `image_unsupported` for layouts other than those described above.
 * @throws CorruptImageError where the directory does not fit the file.
 */
export function firstPage(bytes: Uint8Array): FirstPage {
  const copy = Uint8Array.from(bytes);
  const directory = readDirectory(copy);
  if (!isSupported(directory)) {
    const { photometric, samplesPerPixel, bitsPerSample, compression } = directory;
    throw new ModerationError(
      'image_unsupported',
      `The TIFF image has photometric interpretation ${photometric}, ${samplesPerPixel} samples of ` +
        `${bitsPerSample} bits and compression ${compression}; expected gray, RGB, palette or CMYK of 8 bits, ` +
        'uncompressed or by LZW, deflate, PackBits, CCITT or JPEG.',
    );
  }
  const { orientation } = directory;
  return { bytes: copy, orientation: orientation >= 1 && orientation <= 8 ? orientation : 1 };
}

function isSupported(directory: Directory): boolean {
  const {
    bitsPerSample: bits,
    samplesPerPixel: samples,
    sampleFormat,
    extraSamples,
    compression,
  } = directory;
  const unsigned = sampleFormat === 1;
  const interleaved = directory.planarConfiguration === 1;
  const plainAlpha = extraSamples !== ASSOCIATED_ALPHA;
  if (!COMPRESSIONS.includes(compression)) return false;
  switch (directory.photometric) {
    case PHOTOMETRIC.blackIsZero:
      if (samples === 1 && bits === 16 && unsigned) return true;
      if (samples === 2) return bits === 8 && unsigned && interleaved && plainAlpha;
      return isGray(bits, samples, sampleFormat);
    case PHOTOMETRIC.whiteIsZero:
      return isGray(bits, samples, sampleFormat);
    case PHOTOMETRIC.rgb:
      if (!unsigned) return false;
      if (samples === 3) return bits === 8 || (bits === 16 && interleaved);
      return samples === 4 && (bits === 8 || bits === 16) && interleaved && plainAlpha;
    case PHOTOMETRIC.palette:
      return samples === 1 && bits <= 8 && unsigned;
    case PHOTOMETRIC.cmyk:
      return samples === 4 && bits === 8 && unsigned;
    case PHOTOMETRIC.ycbcr:
      return samples === 3 && bits === 8 && compression === COMPRESSION.jpeg;
    default:
      return false;
  }
}

function isGray(bits: number, samples: number, sampleFormat: number): boolean {
  if (samples !== 1) return false;
  return sampleFormat === FLOAT ? bits === 32 : sampleFormat === 1 && [1, 2, 4, 8].includes(bits);
}

/** Reads the first directory and makes it the last. */
function readDirectory(bytes: Uint8Array): Directory {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[0] === 0x49;
  const directory = { ...DEFAULTS };
  try {
    const start = view.getUint32(4, little);
    const entries = view.getUint16(start, little);
    for (let entry = 0; entry < entries; entry++) {
      const at = start + 2 + entry * 12;
      const tag = view.getUint16(at, little);
      for (const name of Object.keys(TAGS) as TagName[]) {
        if (TAGS[name] === tag) directory[name] = firstValue(view, at, little);
      }
    }
    view.setUint32(start + 2 + entries * 12, 0, little);
  } catch (error) {
    if (error instanceof RangeError) throw new CorruptImageError('the directory lies outside the file');
    throw error;
  }
  return directory;
}

/** The first value of a directory entry of type SHORT or LONG, where it stands or where it points. */
function firstValue(view: DataView, entry: number, little: boolean): number {
  const short = view.getUint16(entry + 2, little) === 3;
  const count = view.getUint32(entry + 4, little);
  const inside = count * (short ? 2 : 4) <= 4;
  const at = inside ? entry + 8 : view.getUint32(entry + 8, little);
  return short ? view.getUint16(at, little) : view.getUint32(at, little);
}
