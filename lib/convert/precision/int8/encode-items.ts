/** Runs calibration items through the graphs of a pack, one at a time. */
import type { Manifest } from '../../../checkpoint/manifest.js';
import { sigmoid } from '../../../numeric/sigmoid.js';
import { layoutBatch, textRow } from '../../../text/sequence.js';
import { textInputs } from '../../../text/text-inputs.js';
import type { TokenTable } from '../../../text/token-table.js';
import type { Feeds, GraphSource, GraphTensor, OpenGraph, RunningGraph } from '../../graph-runner.js';
import type { CalibrationItems } from './items.js';

type Specs = Pick<Manifest, 'text' | 'image'>;

export function textFeeds(ids: Int32Array, { text }: Specs, table: TokenTable): Feeds {
  return textInputs(layoutBatch([textRow(ids, text)]), table);
}

export function imageFeeds(pixels: Uint8Array, { image }: Specs): Feeds {
  return { pixels: { type: 'uint8', data: pixels, dims: [1, image.size, image.size, 3] } };
}

export interface EncodedItems {
  readonly texts: readonly Float32Array[];
  readonly images: readonly Float32Array[];
}

/** Loads a graph, runs it on each of `feeds`, and hands every result on. */
export async function runAll(
  open: OpenGraph,
  source: GraphSource,
  feeds: readonly Feeds[],
  take: (outputs: ReadonlyMap<string, Float32Array>) => void,
  signal?: AbortSignal,
): Promise<void> {
  const graph = await open(source);
  try {
    for (const feed of feeds) {
      signal?.throwIfAborted();
      take(await graph.run(feed));
    }
  } finally {
    await graph.close();
  }
}

/** @param table That of the pack that encodes the items. */
export function feedsOf(
  items: CalibrationItems,
  specs: Specs,
  table: TokenTable,
): { text: Feeds[]; image: Feeds[] } {
  return {
    text: items.texts.map((ids) => textFeeds(ids, specs, table)),
    image: items.images.map((pixels) => imageFeeds(pixels, specs)),
  };
}

/**
 * Probabilities by class of every text alone, every image alone, and each text with an image.
 * @param head The graph of the head.
 */
export async function probabilities(
  head: RunningGraph,
  { texts, images }: EncodedItems,
  specs: Specs,
): Promise<Float32Array[]> {
  const none = { text: new Float32Array(specs.text.width), image: new Float32Array(specs.image.width) };
  const posts = [
    ...texts.map((text) => ({ text, image: undefined })),
    ...images.map((image) => ({ text: undefined, image })),
    ...texts.map((text, index) => ({ text, image: images[index % Math.max(1, images.length)] })),
  ];
  const answers: Float32Array[] = [];
  for (const { text, image } of posts) {
    const outputs = await head.run({
      text_features: row(text ?? none.text),
      image_features: row(image ?? none.image),
      text_present: flag(text),
      image_present: flag(image),
    });
    answers.push((outputs.get('logits') ?? new Float32Array()).map(sigmoid));
  }
  return answers;
}

function row(values: Float32Array): GraphTensor {
  return { type: 'float32', data: values, dims: [1, values.length] };
}

function flag(features: Float32Array | undefined): GraphTensor {
  return { type: 'float32', data: Float32Array.of(features === undefined ? 0 : 1), dims: [1] };
}
