/** A picture whose header has been read. Its pixels are not decoded until its size has been judged. */
export interface OpenedImage {
  /** In pixels, as decoded: after the rotation that Pillow applies to TIFF. */
  readonly width: number;
  readonly height: number;
  /** RGB, uint8 [height, width, 3]. Rejects where the file is truncated or corrupt. */
  decode(): Promise<Uint8Array>;
}

/** The file is truncated, corrupt or contradicts itself. */
export class CorruptImageError extends Error {
  override readonly name = 'CorruptImageError';
}
