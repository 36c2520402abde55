import { ModerationError } from '../contract/errors.js';

export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif' | 'bmp';

interface Signature {
  readonly name: string;
  matches(bytes: Uint8Array): boolean;
}

const ascii = (bytes: Uint8Array, from: number, to: number): string =>
  String.fromCharCode(...bytes.subarray(from, to));
const starts = (prefix: string) => (bytes: Uint8Array) => ascii(bytes, 0, prefix.length) === prefix;

/** Longest list of brands that is read; files of today have fewer than ten. */
const MAX_BRANDS_BYTES = 256;

/** Whether an ISO media file names one of the brands, as its major one or among those it is compatible with. */
const brand = (names: readonly string[]) => (bytes: Uint8Array) => {
  if (bytes.length < 16 || ascii(bytes, 4, 8) !== 'ftyp') return false;
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  const end = Math.min(size, bytes.length, MAX_BRANDS_BYTES);
  for (let at = 8; at + 4 <= end; at += 4) {
    if (at !== 12 && names.includes(ascii(bytes, at, at + 4))) return true;
  }
  return false;
};

const FORMATS: readonly (Signature & { readonly name: ImageFormat })[] = [
  { name: 'jpeg', matches: starts('\xff\xd8\xff') },
  { name: 'png', matches: starts('\x89PNG\r\n\x1a\n') },
  { name: 'webp', matches: (bytes) => starts('RIFF')(bytes) && ascii(bytes, 8, 12) === 'WEBP' },
  { name: 'gif', matches: (bytes) => starts('GIF87a')(bytes) || starts('GIF89a')(bytes) },
  { name: 'tiff', matches: (bytes) => starts('II*\0')(bytes) || starts('MM\0*')(bytes) },
  { name: 'avif', matches: brand(['avif', 'avis']) },
  { name: 'bmp', matches: starts('BM') },
];

/** How to make something readable of what phones and browsers save. */
const CONVERSIONS: Readonly<Record<string, string>> = {
  HEIC: ' Convert it first: on Apple devices by `sips -s format jpeg IN --out OUT`, elsewhere by `heif-convert IN OUT.jpg`.',
  'JPEG XL': ' Convert it first: `djxl IN OUT.jpg` gives back the JPEG that it was made of, if it was.',
};

/** Formats that are refused, told apart only so that the message can name them. */
const REFUSED: readonly Signature[] = [
  { name: 'SVG or XML', matches: (bytes) => /^(\xef\xbb\xbf)?\s*<(\?xml|svg|!)/i.test(ascii(bytes, 0, 64)) },
  { name: 'HEIC', matches: brand(['heic', 'heix', 'hevc', 'heim', 'heis', 'mif1', 'msf1']) },
  { name: 'PDF', matches: starts('%PDF') },
  { name: 'PostScript', matches: starts('%!') },
  { name: 'ICO', matches: starts('\0\0\x01\0') },
  { name: 'JPEG 2000', matches: (bytes) => ascii(bytes, 4, 8) === 'jP  ' },
  { name: 'JPEG XL', matches: (bytes) => starts('\xff\x0a')(bytes) || ascii(bytes, 4, 8) === 'JXL ' },
  { name: 'BigTIFF', matches: (bytes) => starts('II+\0')(bytes) || starts('MM\0+')(bytes) },
];

/**
 * The format that the first bytes tell. A declared media type or a file name is never asked: it may lie.
 * @throws ModerationError `image_unsupported` for every other format.
 */
export function sniffFormat(bytes: Uint8Array): ImageFormat {
  const format = FORMATS.find(({ matches }) => matches(bytes));
  if (format !== undefined) return format.name;
  const refused = REFUSED.find(({ matches }) => matches(bytes));
  const remedy = (refused && CONVERSIONS[refused.name]) ?? '';
  throw new ModerationError(
    'image_unsupported',
    `The image is ${describe(bytes, refused)}; expected JPEG, PNG, WebP, GIF, TIFF, AVIF or BMP.${remedy}`,
  );
}

function describe(bytes: Uint8Array, refused: Signature | undefined): string {
  if (bytes.length === 0) return 'empty (0 bytes)';
  return refused === undefined ? `${bytes.length} bytes of no known format` : `in the format ${refused.name}`;
}
