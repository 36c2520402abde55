import { performance } from 'node:perf_hooks';
import { type DecodeOptions, decodeImage, type ImageLimits } from './decode.js';
import { type ResampleSpec, resample } from './resample.js';
import type { ImageFormat } from './sniff.js';

export interface PreparedImage {
  /** What the encoder sees: uint8 RGB, [size, size, 3], rows first, in memory of its own (it may be transferred). */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** Of the decoded picture, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly format: ImageFormat;
  readonly timings: { readonly decodeMs: number; readonly resampleMs: number };
}

/**
 * From the bytes of an image file to the pixels that the encoder sees. Decoding runs on libuv's pool; resampling takes
 * a few milliseconds of the calling thread, so call it from a worker.
 * @throws ModerationError as decodeImage does.
 */
export async function prepareImage(
  bytes: Uint8Array,
  spec: ResampleSpec,
  limits: ImageLimits,
  options: DecodeOptions = {},
): Promise<PreparedImage> {
  options.signal?.throwIfAborted();
  const start = performance.now();
  const image = await decodeImage(bytes, limits, options);
  const decoded = performance.now();
  const pixels = resample(image, spec);
  const timings = { decodeMs: decoded - start, resampleMs: performance.now() - decoded };
  return { pixels, width: image.width, height: image.height, format: image.format, timings };
}
