/** From one image file to the parts that are judged, and to what the model did not see of it. */
import { ModerationError } from '../contract/errors.js';
import type { ImageLimits } from './decode.js';
import { prepareImage } from './prepare.js';
import type { ResampleSpec } from './resample.js';
import type { ImageFormat } from './sniff.js';
import type { ImageWishes } from './wishes.js';

export interface PreparedPart {
  /** What the encoder sees: uint8 RGB, [size, size, 3], in memory of its own. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** From 0. */
  readonly frame: number;
  /** Left, top, width and height in pixels of the picture; undefined: the whole. */
  readonly tile: readonly [number, number, number, number] | undefined;
  readonly view: 'stored' | 'shown' | 'on_white' | 'on_black';
}

/** What of the file the parts show. */
export interface ImageFacts {
  readonly format: ImageFormat;
  /** Of the first frame, in pixels, as decoded. */
  readonly width: number;
  readonly height: number;
  /** Of the animation: 1 for a still picture. */
  readonly frames: number;
  readonly framesJudged: number;
  /** Share of the picture that the centre crop cut off, 0 to 1; 0 where tiles cover it. */
  readonly cut: number;
  /** 1 - short edge / long edge where the model squashes, 0 otherwise and where tiles cover it. */
  readonly squeeze: number;
  /** Share of the pixels that look otherwise on white or on black; 0 where they were judged so. */
  readonly transparency: number;
  /** Whether viewers turn or mirror the picture and no part shows it so. */
  readonly turned: boolean;
  /** Whether viewers convert its colours and no part shows them so. */
  readonly profiled: boolean;
}

export interface PreparedParts {
  /** The first is that of {@link prepareImage}. */
  readonly parts: readonly [PreparedPart, ...PreparedPart[]];
  readonly facts: ImageFacts;
}

/** @throws ModerationError as decodeImage does. */
export async function prepareParts(
  bytes: Uint8Array,
  spec: ResampleSpec,
  limits: ImageLimits,
  wishes: ImageWishes,
): Promise<PreparedParts> {
  if (wishes.frames || wishes.tiles || wishes.shown) throw new ModerationError('internal', 'TODO');
  const { pixels, width, height, format } = await prepareImage(bytes, spec, limits);
  const ratio = Math.min(width, height) / Math.max(width, height);
  const facts = {
    format,
    width,
    height,
    frames: 1,
    framesJudged: 1,
    cut: spec.geometry === 'squash' ? 0 : 1 - ratio,
    squeeze: spec.geometry === 'squash' ? 1 - ratio : 0,
    transparency: 0,
    turned: false,
    profiled: false,
  };
  return { parts: [{ pixels, frame: 0, tile: undefined, view: 'stored' }], facts };
}
