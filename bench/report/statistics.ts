/** An answer: when it came and how long after its request. */
export interface Completion {
  readonly endMs: number;
  readonly latencyMs: number;
}

/** The middle value; the mean of the two middle ones where the number is even. NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}

/** The smallest value that a share of all do not exceed (nearest rank). NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/**
 * Answers a second in a window, from the last answer before it to the last one in it. Batches are answered together: a
 * count over the window as it stands would be off by up to a batch, and by up to an item where answers take seconds.
 */
export function rateOf(completions: readonly Completion[], fromMs: number, toMs: number): number {
  const ends = completions.map(({ endMs }) => endMs).filter((end) => end <= toMs);
  const before = ends.filter((end) => end <= fromMs);
  const start = before.length > 0 ? Math.max(...before) : fromMs;
  const count = ends.length - before.length;
  if (count === 0) return 0;
  return (1000 * count) / (Math.max(...ends) - start);
}
