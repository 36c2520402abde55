import { readFile } from 'node:fs/promises';
import type { ImageSpec, Manifest } from '../checkpoint/manifest.js';
import { loadTokenizer } from '../text/tokenizer.js';
import type { OpenGraph } from './graph-runner.js';
import { type CalibrationItems, generateItems } from './precision/int8/items.js';
import type { PlanLimits } from './precision/int8/make-plan.js';
import type { Tolerance } from './precision/int8/quantize-checkpoint.js';

export interface CalibrationOptions {
  /** Runs graphs: `openGraph` of the engine. */
  readonly openGraph: OpenGraph;
  /** Texts as they are posted. Default, when no images are given either: generated tokens. */
  readonly texts?: readonly string[];
  /** Pictures as the encoder sees them, RGB [size, size, 3]. Default, when no texts are given either: generated ones. */
  readonly images?: (spec: ImageSpec) => Promise<readonly Uint8Array[]>;
  /** Whether scales by channel are folded into the weights before. Default: true. */
  readonly folding?: boolean;
  /** What may be quantized. */
  readonly limits?: PlanLimits;
  /**
   * Differences of probabilities from fp32's, on the posts, that are accepted: at most 0.05 and 0.005 on average by
   * default. While they are larger, layers get activations of 16 bits and then go back to fp32, a quarter at a time.
   */
  readonly tolerance?: Partial<Tolerance>;
}

/** The posts given. Where a modality has none, generated ones stand in. */
export async function calibrationItems(
  { text, image }: Pick<Manifest, 'text' | 'image'>,
  tokenizerFile: string,
  { texts = [], images }: Omit<CalibrationOptions, 'openGraph'>,
): Promise<CalibrationItems> {
  const generated = generateItems(text, image);
  const tokenizer = texts.length > 0 ? loadTokenizer(await readFile(tokenizerFile), text) : undefined;
  const given = {
    texts: texts.map((one) => tokenizer?.encode(one).ids ?? new Int32Array()),
    images: (await images?.(image)) ?? [],
  };
  return {
    texts: given.texts.length > 0 ? given.texts : generated.texts,
    images: given.images.length > 0 ? given.images : generated.images,
  };
}
