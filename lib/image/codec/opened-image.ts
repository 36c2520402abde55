import type { Animation } from '../animation/animation.js';

/** Colours and what covers them, [height, width] in rows. */
export interface Pixels {
  /** RGB, uint8 [height, width, 3], as stored: no alpha is blended in. */
  readonly rgb: Uint8Array;
  /** uint8 [height, width], 255 where opaque; undefined where the whole picture is. */
  readonly alpha: Uint8Array | undefined;
}

/** A picture whose header has been read. Its pixels are not decoded until its size has been judged. */
export interface OpenedImage {
  /** In pixels, as decoded: after the rotation that Pillow applies to TIFF. */
  readonly width: number;
  readonly height: number;
  /** Rejects where the file is truncated or corrupt. */
  decode(): Promise<Pixels>;
  /** What viewers show of the file; undefined: the one picture. */
  readonly animation?: Animation | undefined;
  /** What viewers do with the decoded picture; undefined: they show it as it is. */
  readonly viewing?: Viewing | undefined;
}

export interface Viewing {
  /** They turn or mirror it. */
  readonly turned: boolean;
  /** They convert its colours: by a profile other than sRGB, or by a gamma. */
  readonly profiled: boolean;
  /** The picture as they show it. Its sizes may be exchanged. */
  show(): Promise<ShownPicture>;
}

export interface ShownPicture extends Pixels {
  readonly width: number;
  readonly height: number;
}

/** The file is truncated, corrupt or contradicts itself. */
export class CorruptImageError extends Error {
  override readonly name = 'CorruptImageError';
}

/** RGBA of a file of one picture of this size; rejects where it has another. */
export type DecodeStill = (file: Uint8Array, width: number, height: number) => Promise<Uint8Array>;
