/** Which parts of an image file are wanted beside the first. Apart from the decoder, so that the main thread does not load it. */
export interface ImageWishes {
  readonly frames: boolean;
  readonly tiles: boolean;
  readonly shown: boolean;
}

export const NO_IMAGE_WISHES: ImageWishes = { frames: false, tiles: false, shown: false };
