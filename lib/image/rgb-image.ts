/** An RGB picture: uint8, `height` rows of `width` pixels of three bytes, without gaps. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}
