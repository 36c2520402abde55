/** What bounds a batch. Its cost is that of the padded rectangle: the largest weight times the number of items. */
export interface BatchBounds {
  readonly maxItems: number;
  /** In the unit of the weights: tokens for texts, images for images. A single item may exceed it. */
  readonly maxCost: number;
}

/** How many of the oldest items are looked at, in batches. Bounds the work of choosing under a long queue. */
const WINDOW_BATCHES = 4;

/**
 * Picks the next batch: the oldest item, then those whose weight is nearest to its own, so that little is padded, older
 * ones first among equals.
 *
 * The oldest item is always taken. An item with p older ones before it therefore waits for p batches at most, however
 * ill its weight fits.
 */
export function chooseBatch<T extends { readonly weight: number }>(
  queue: Iterable<T>,
  bounds: BatchBounds,
): [T, ...T[]] | undefined {
  const [oldest, ...others] = take(queue, bounds.maxItems * WINDOW_BATCHES);
  if (oldest === undefined) return undefined;
  const byFit = others.sort((a, b) => misfit(a, oldest) - misfit(b, oldest));
  const batch: [T, ...T[]] = [oldest];
  let widest = oldest.weight;
  for (const candidate of byFit) {
    if (batch.length >= bounds.maxItems) break;
    const width = Math.max(widest, candidate.weight);
    if (width * (batch.length + 1) > bounds.maxCost) continue;
    widest = width;
    batch.push(candidate);
  }
  return batch;
}

/** The cost of items that run together. */
export function batchCost(items: readonly { readonly weight: number }[]): number {
  return items.reduce((widest, { weight }) => Math.max(widest, weight), 0) * items.length;
}

function misfit(item: { readonly weight: number }, other: { readonly weight: number }): number {
  return Math.abs(item.weight - other.weight);
}

function take<T>(items: Iterable<T>, count: number): T[] {
  const taken: T[] = [];
  for (const item of items) {
    taken.push(item);
    if (taken.length >= count) break;
  }
  return taken;
}
