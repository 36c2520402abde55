import type { Precision } from '../checkpoint/manifest.js';
import { MAX_REPLICAS } from '../contract/environment.js';
import type { LaneName } from './lane.js';
import type { BatchBounds } from './scheduling/choose-batch.js';
import type { Provider } from './workers/messages.js';

/** How an encoder is spread over the cores. */
export interface EncoderLayout {
  /** Sessions of the same graph, each computing a batch of its own. */
  readonly replicas: number;
  /** Threads of one operator, in each replica. */
  readonly threads: number;
  /** See `SessionStart.prepack`. */
  readonly prepack: boolean;
}

export interface LayoutOptions {
  readonly provider: Provider;
  readonly precision: Precision;
  /** Cores to use. */
  readonly threads: number;
  /** Replicas of each encoder on the CPU, as asked for. Undefined: what is fastest for its memory. */
  readonly replicas: number | undefined;
}

/**
 * Threads of one operator meet after every operator, and there are hundreds of them in a batch: two replicas of one
 * thread do up to 1.8 times the work of one replica of two threads, and what takes a core from one does not hold up
 * the other. A lone post pays for it, as one thread computes it.
 *
 * A replica's prepacked weights are its own. In int8 they are small enough. In fp32 they are not: images, of many rows,
 * are as fast on weights used where the file is mapped, which replicas share; texts, of few, have one replica.
 */
export function encoderLayout(modality: LaneName, options: LayoutOptions): EncoderLayout {
  const { provider, precision, threads } = options;
  if (provider !== 'cpu') return { replicas: 1, threads, prepack: true };
  const small = precision === 'int8';
  const wanted = options.replicas ?? (small || modality === 'image' ? threads : 1);
  const replicas = Math.max(1, Math.min(wanted, threads, MAX_REPLICAS));
  const mapped = modality === 'image' && !small && replicas > 1;
  return { replicas, threads: Math.floor(threads / replicas), prepack: !mapped };
}

/**
 * How many images run together at most. On the CPU one by one: an image has rows enough for its matrix products, and
 * each more in a batch takes memory and lets the others wait.
 */
export function imageBatch(limit: number, provider: Provider): number {
  return provider === 'cpu' ? 1 : limit;
}

/** Fewer texts than that leave a batch's weights to be read for too few. */
const LEAST_TEXTS = 4;

/**
 * What bounds a batch of texts, in columns. Replicas share the limit, as each keeps the memory of its largest batch.
 * Beyond half of the full rectangle a batch takes longer without taking less an item.
 */
export function textBounds(limit: number, { replicas }: EncoderLayout, maxTokens: number): BatchBounds {
  const maxItems = Math.min(limit, Math.max(LEAST_TEXTS, Math.ceil(limit / replicas)));
  return { maxItems, maxCost: (maxItems * maxTokens) / 2 };
}
