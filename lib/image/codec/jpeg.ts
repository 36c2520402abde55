/**
 * A look at a JPEG's markers before libvips sees it. It tells the size, for which libvips would open the file once more
 * than it is decoded, and finds what libvips would not mind: files of many thousand scans, each a pass over the whole
 * picture (minutes of work from a few hundred kilobytes), and markers that end a scan early, which Pillow refuses.
 * Source: ITU-T T.81, annex B.
 */
import { CorruptImageError } from './opened-image.js';

/** Progressive encoders write about ten scans; at the largest allowed size, a hundred take a few seconds. */
const MAX_SCANS = 100;

const PREFIX = 0xff;
const STUFFING = 0x00;
const TEMPORARY = 0x01;
const LAST_RESERVED = 0xbf;
const END_OF_IMAGE = 0xd9;
const START_OF_SCAN = 0xda;

/** Of a frame's segment: its length, the precision, height, width and the number of components. */
const FRAME_BYTES = 8;

const isRestart = (marker: number): boolean => marker >= 0xd0 && marker <= 0xd7;
/** SOF0 to SOF15; three codes of that range are other markers. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

/** What a frame header (SOFn) tells. */
export interface JpegFrame {
  /** Bits of a sample. */
  readonly precision: number;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** 1: gray, 3: colours, 4: inks. */
  readonly components: number;
}

/** What a JPEG's markers tell. */
export interface JpegMarkers {
  readonly frame: JpegFrame;
  /** Whether the file has its end marker. */
  readonly ends: boolean;
  readonly exif: Buffer | undefined;
  readonly profile: Buffer | undefined;
}

const EXIF = Buffer.from('Exif\0\0');
const PROFILE = Buffer.from('ICC_PROFILE\0');
/** Behind the name: the number of the piece, and how many there are. */
const PIECE_BYTES = PROFILE.length + 2;
const APPLICATION_1 = 0xe1;
const APPLICATION_2 = 0xe2;

/**
 * Looks at every marker up to the end of the image.
 * @throws CorruptImageError for no frame, a second one, too many scans or a marker that does not exist.
 */
export function readJpegMarkers(bytes: Uint8Array): JpegMarkers {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let scans = 0;
  let ends = false;
  let frame: JpegFrame | undefined;
  let exif: Buffer | undefined;
  const pieces: Buffer[] = [];
  // What stands between segments, scans above all, is skipped up to the next marker.
  for (let at = bytes.indexOf(PREFIX, 2); at !== -1; at = bytes.indexOf(PREFIX, at)) {
    while (bytes[at] === PREFIX) at++;
    const marker = bytes[at++];
    if (marker === END_OF_IMAGE) ends = true;
    if (marker === undefined || marker === END_OF_IMAGE) break;
    if (marker === STUFFING || marker === TEMPORARY || isRestart(marker)) continue;
    if (marker <= LAST_RESERVED) throw new CorruptImageError('unknown marker');
    if (isFrame(marker)) {
      if (frame !== undefined) throw new CorruptImageError('more than one frame');
      frame = readFrame(bytes.subarray(at, at + FRAME_BYTES));
    }
    if (marker === START_OF_SCAN && ++scans > MAX_SCANS) throw new CorruptImageError('too many scans');
    const length = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    const content = file.subarray(at + 2, at + length);
    if (marker === APPLICATION_1 && startsWith(content, EXIF)) exif ??= content;
    if (marker === APPLICATION_2 && startsWith(content, PROFILE)) pieces.push(content);
    at += length;
  }
  if (frame === undefined) throw new CorruptImageError('no frame');
  return { frame, ends, exif, profile: joinPieces(pieces) };
}

function startsWith(content: Buffer, name: Buffer): boolean {
  return content.subarray(0, name.length).equals(name);
}

/** The pieces of a profile by their numbers, which are bytes. */
function joinPieces(pieces: readonly Buffer[]): Buffer | undefined {
  if (pieces.length === 0) return undefined;
  const byNumber = new Map(pieces.map((piece) => [piece[PROFILE.length] ?? 0, piece.subarray(PIECE_BYTES)]));
  return Buffer.concat([...byNumber].sort(([a], [b]) => a - b).map(([, piece]) => piece));
}

function readFrame(segment: Uint8Array): JpegFrame {
  if (segment.length < FRAME_BYTES) throw new CorruptImageError('the file ends early');
  const view = new DataView(segment.buffer, segment.byteOffset);
  return {
    precision: view.getUint8(2),
    height: view.getUint16(3),
    width: view.getUint16(5),
    components: view.getUint8(7),
  };
}
