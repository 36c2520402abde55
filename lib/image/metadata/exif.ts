/** The orientation that a picture's EXIF data asks viewers for. Source: TIFF revision 6.0, section 2; Exif 2.32, tag 274. */

const ORIENTATION = 274;
const SHORT = 3;
const ENTRY_BYTES = 12;
const UPRIGHT = 1;
const JPEG_PREFIX = Buffer.from('Exif\0\0');

/** @returns 1 to 8; 1, upright, where the data tell nothing or are damaged, as viewers take it */
export function orientationOf(exif: Buffer | undefined): number {
  if (exif === undefined) return UPRIGHT;
  const prefixed = exif.subarray(0, JPEG_PREFIX.length).equals(JPEG_PREFIX);
  return readTag(prefixed ? exif.subarray(JPEG_PREFIX.length) : exif);
}

function readTag(tiff: Buffer): number {
  const order = tiff.toString('latin1', 0, 2);
  if ((order !== 'II' && order !== 'MM') || tiff.length < 8) return UPRIGHT;
  const little = order === 'II';
  const u16 = (at: number) => (little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const start = little ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  if (start + 2 > tiff.length) return UPRIGHT;
  const entries = u16(start);
  for (let entry = 0; entry < entries; entry++) {
    const at = start + 2 + entry * ENTRY_BYTES;
    if (at + ENTRY_BYTES > tiff.length) return UPRIGHT;
    if (u16(at) !== ORIENTATION || u16(at + 2) !== SHORT) continue;
    const value = u16(at + 8);
    return value >= 1 && value <= 8 ? value : UPRIGHT;
  }
  return UPRIGHT;
}
