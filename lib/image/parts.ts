/** From one image file to the parts that are judged, and to what the model did not see of it. */

import { isExhausted } from '../contract/exhaustion.js';
import { chooseFrames } from './animation/choose-frames.js';
import { renderFrames } from './animation/render.js';
import { splitAlpha } from './codec/pixels.js';
import { type DecodedFile, decodeFile, type ImageLimits, orUndecodable, pixelLimit } from './decode.js';
import { type ResampleSpec, resample } from './resample.js';
import type { RgbImage } from './rgb-image.js';
import type { ImageFormat } from './sniff.js';
import { type Tile, tilesOf } from './tiles.js';
import { changedShare, overlay } from './transparency.js';
import type { ImageWishes } from './wishes.js';

export type PartView = 'stored' | 'shown' | 'on_white' | 'on_black';

export interface PreparedPart {
  /** What the encoder sees: uint8 RGB, [size, size, 3], in memory of its own. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** From 0. */
  readonly frame: number;
  /** In pixels of the picture as decoded; undefined: the whole. */
  readonly tile: Tile | undefined;
  readonly view: PartView;
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
  /** The first is what the model reads by itself: the first frame, whole or cropped, as stored. */
  readonly parts: readonly [PreparedPart, ...PreparedPart[]];
  readonly facts: ImageFacts;
}

/**
 * @throws ModerationError as decodeImage does. A later frame that is corrupt costs no more than itself and those after it:
 * they stay unjudged, and that is told.
 */
export async function prepareParts(
  bytes: Uint8Array,
  spec: ResampleSpec,
  limits: ImageLimits & PartLimits,
  wishes: ImageWishes,
): Promise<PreparedParts> {
  const file = await decodeFile(bytes, limits);
  const parts = new PartList(spec, limits, wishes.tiles);
  parts.add({ ...file, frame: 0, view: 'stored' });
  const transparency = file.alpha === undefined ? 0 : changedShare(file.data, file.alpha);
  const shown = wishes.shown && (await addShown(parts, file, transparency));
  const frames = await addFrames(parts, file, wishes, pixelLimit(file.format, limits));
  const { viewing } = file.opened;
  const { cut, squeeze } = parts.tiled ? NOTHING_LOST : lostOf(file, spec);
  const facts: ImageFacts = {
    format: file.format,
    width: file.width,
    height: file.height,
    frames: frames.total,
    framesJudged: frames.judged,
    cut,
    squeeze,
    transparency: Math.max(shown ? 0 : transparency, frames.transparency),
    turned: viewing?.turned === true && !shown,
    profiled: viewing?.profiled === true && !shown,
  };
  return { parts: parts.list, facts };
}

const NOTHING_LOST = { cut: 0, squeeze: 0 };

/** What the model's square leaves out, or presses together. */
function lostOf(
  { width, height }: RgbImage,
  { geometry }: ResampleSpec,
): Pick<ImageFacts, 'cut' | 'squeeze'> {
  const lost = 1 - Math.min(width, height) / Math.max(width, height);
  return geometry === 'squash' ? { cut: 0, squeeze: lost } : { cut: lost, squeeze: 0 };
}

export interface PartLimits {
  readonly maxFrames: number;
  readonly maxTiles: number;
  readonly maxPartsPerImage: number;
}

/** A picture to be judged: a frame in a view. */
interface View extends RgbImage {
  readonly frame: number;
  readonly view: PartView;
}

/** The parts so far; what goes beyond the limit is left out, and known to be. */
class PartList {
  readonly #parts: PreparedPart[] = [];
  readonly #spec: ResampleSpec;
  readonly #limits: PartLimits;
  readonly #tiles: boolean;
  #tiled = 0;
  #untiled = 0;

  constructor(spec: ResampleSpec, limits: PartLimits, tiles: boolean) {
    this.#spec = spec;
    this.#limits = limits;
    this.#tiles = tiles;
  }

  get list(): [PreparedPart, ...PreparedPart[]] {
    return this.#parts as [PreparedPart, ...PreparedPart[]];
  }

  get maxFrames(): number {
    return this.#limits.maxFrames;
  }

  /** Whether every picture that was added is covered by tiles. */
  get tiled(): boolean {
    return this.#tiled > 0 && this.#untiled === 0;
  }

  /** Whether there was room for so many pictures more. */
  hasRoom(count: number): boolean {
    return this.#parts.length + count <= this.#limits.maxPartsPerImage;
  }

  /** A picture and, where they are wanted and it has any, its tiles: all of them or none. There must be room for it. */
  add({ frame, view, ...picture }: View): void {
    const part = { frame, view };
    this.#parts.push({ ...part, pixels: resample(picture, this.#spec), tile: undefined });
    const tiles = this.#tiles ? tilesOf(picture, this.#spec.geometry, this.#limits.maxTiles) : [];
    if (tiles.length === 0 || !this.hasRoom(tiles.length)) {
      this.#untiled += 1;
      return;
    }
    this.#tiled += 1;
    for (const tile of tiles) {
      this.#parts.push({ ...part, pixels: resample(cutOut(picture, tile), this.#spec), tile });
    }
  }
}

function cutOut({ width, data }: RgbImage, [left, top, tileWidth, tileHeight]: Tile): RgbImage {
  const cut = new Uint8Array(tileWidth * tileHeight * 3);
  for (let row = 0; row < tileHeight; row++) {
    const from = ((top + row) * width + left) * 3;
    cut.set(data.subarray(from, from + tileWidth * 3), row * tileWidth * 3);
  }
  return { width: tileWidth, height: tileHeight, data: cut };
}

interface Shown {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
  readonly alpha: Uint8Array | undefined;
}

/** The first frame as viewers show it. Gives whether there was room for it. */
async function addShown(parts: PartList, file: DecodedFile, transparency: number): Promise<boolean> {
  const { viewing } = file.opened;
  const { width, height, data: rgb, alpha } = file;
  if (viewing === undefined) return transparency === 0 || addViews(parts, 0, { width, height, rgb, alpha });
  return addViews(parts, 0, await orUndecodable(file.format, () => viewing.show()));
}

/** On white and on black where something shines through. Gives whether there was room for them. */
function addViews(parts: PartList, frame: number, { width, height, rgb, alpha }: Shown): boolean {
  const size = { width, height, frame };
  if (!parts.hasRoom(alpha === undefined ? 1 : 2)) return false;
  if (alpha === undefined) {
    parts.add({ ...size, data: rgb, view: 'shown' });
    return true;
  }
  parts.add({ ...size, data: overlay(rgb, alpha, 255), view: 'on_white' });
  if (!parts.hasRoom(1)) return false;
  parts.add({ ...size, data: overlay(rgb, alpha, 0), view: 'on_black' });
  return true;
}

interface FrameCount {
  readonly total: number;
  readonly judged: number;
  /** The largest share of any judged frame beside the first that was not judged as shown. */
  readonly transparency: number;
}

async function addFrames(
  parts: PartList,
  { opened: { animation } }: DecodedFile,
  wishes: ImageWishes,
  maxPixels: number,
): Promise<FrameCount> {
  if (animation === undefined) return { total: 1, judged: 1, transparency: 0 };
  const still = animation.startsWithStill ? 1 : 0;
  const count = { total: animation.total, judged: still, transparency: 0 };
  if (!wishes.frames || animation.frames.length === 0) return count;
  const { width, height } = animation;
  const durations = animation.frames.map(({ durationMs }) => durationMs);
  const wanted = chooseFrames(durations, parts.maxFrames).slice(still);
  try {
    for await (const { index, canvas } of renderFrames(animation, wanted, maxPixels)) {
      if (!parts.hasRoom(1)) break;
      const { rgb, alpha } = splitAlpha(canvas);
      parts.add({ width, height, data: rgb, frame: index, view: 'stored' });
      count.judged += 1;
      const changed = alpha === undefined ? 0 : changedShare(rgb, alpha);
      const seen = changed === 0 || (wishes.shown && addViews(parts, index, { width, height, rgb, alpha }));
      if (!seen) count.transparency = Math.max(count.transparency, changed);
    }
  } catch (error) {
    if (isExhausted(error)) throw error;
  }
  return count;
}
