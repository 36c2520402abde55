import { type Sample, total } from './prometheus.js';

/** A scrape and when it was made, in milliseconds of `performance.now()`. */
export interface Scrape {
  readonly at: number;
  readonly samples: readonly Sample[];
}

/** What happened between two scrapes; undefined where nothing did that could be measured. */
export interface Rates {
  readonly postsPerSecond: number;
  /** Of requests to /invocations, in milliseconds. */
  readonly p50: number | undefined;
  readonly p99: number | undefined;
  /** Items that wait or run now, in all stages. */
  readonly queued: number;
  readonly running: number;
  /** Share of look-ups that needed no encoder. */
  readonly cacheHits: number | undefined;
  readonly errorsPerSecond: number;
}

const ROUTE = { route: '/invocations' };

export function ratesBetween(before: Scrape, after: Scrape): Rates {
  const seconds = Math.max(0.001, (after.at - before.at) / 1000);
  const grown = (name: string, labels?: Readonly<Record<string, string>>): number => {
    const [old, now] = [total(before.samples, name, labels), total(after.samples, name, labels)];
    // A counter that fell belongs to a server that was started again.
    return now >= old ? now - old : now;
  };
  const latency = bucketGrowth(after.samples, grown);
  const lookups = grown('moderation_cache_total');
  return {
    postsPerSecond: grown('moderation_items_total') / seconds,
    p50: quantile(latency, 0.5),
    p99: quantile(latency, 0.99),
    queued: total(after.samples, 'moderation_queue_items', { state: 'queued' }),
    running: total(after.samples, 'moderation_queue_items', { state: 'running' }),
    cacheHits: lookups === 0 ? undefined : 1 - grown('moderation_cache_total', { outcome: 'miss' }) / lookups,
    errorsPerSecond: grown('moderation_errors_total') / seconds,
  };
}

/** Errors since the server started, by code, the most frequent first. */
export function errorsByCode(samples: readonly Sample[]): [string, number][] {
  return samples
    .filter(({ name, value }) => name === 'moderation_errors_total' && value > 0)
    .map(({ labels, value }): [string, number] => [labels['code'] ?? '', value])
    .toSorted((a, b) => b[1] - a[1]);
}

interface Bucket {
  /** Upper bound in seconds. */
  readonly bound: number;
  /** Requests up to it. */
  readonly count: number;
}

function bucketGrowth(
  samples: readonly Sample[],
  grown: (name: string, labels: Readonly<Record<string, string>>) => number,
): Bucket[] {
  const name = 'moderation_request_seconds_bucket';
  return samples
    .filter((sample) => sample.name === name && sample.labels['route'] === ROUTE.route)
    .map(({ labels: { le = '' } }) => ({
      bound: le === '+Inf' ? Infinity : Number(le),
      count: grown(name, { ...ROUTE, le }),
    }))
    .toSorted((a, b) => a.bound - b.bound);
}

/** In milliseconds, linear within its bucket, as Prometheus' histogram_quantile does. */
function quantile(buckets: readonly Bucket[], q: number): number | undefined {
  const rank = q * (buckets.at(-1)?.count ?? 0);
  if (rank === 0) return undefined;
  const index = buckets.findIndex(({ count }) => count >= rank);
  const { bound: lower, count: below } = buckets[index - 1] ?? { bound: 0, count: 0 };
  const { bound: upper, count } = buckets[index] ?? { bound: Infinity, count: rank };
  if (upper === Infinity) return lower * 1000;
  return (lower + (upper - lower) * ((rank - below) / Math.max(1e-9, count - below))) * 1000;
}
