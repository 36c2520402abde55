import type { Pack } from '../../lib/checkpoint/pack/pack.js';
import { LIMITS } from '../../lib/contract/limits.js';
import { loadTokenizer } from '../../lib/text/tokenizer.js';
import type { BenchContext } from '../benchmark.js';
import { closedLoop } from '../load/closed-loop.js';
import { makePhotographs } from '../posts/photographs.js';
import { type PostMaterial, postStream, type Scenario } from '../posts/post-stream.js';
import { Texts } from '../posts/texts.js';
import type { GrowthPoint } from '../report/results.js';
import { median, quantile } from '../report/statistics.js';
import { processFigures } from '../systems/process-figures.js';
import { startSystem } from '../systems/running-system.js';
import { thisServer } from '../systems/this-server.js';
import { untilIdle } from '../systems/until-idle.js';

/** One server's life under one load. */
interface Setting {
  readonly series: GrowthPoint['series'];
  readonly value: number;
  readonly scenario: Scenario;
  readonly concurrency: number;
  readonly material: PostMaterial;
  readonly environment?: Record<string, string>;
}

const SERIES = {
  'batch size': [1, 2, 4, 8, 16],
  'text length': [5, 10, 20, 40, 64],
  'image size': [224, 600, 1200, 2400, 4000],
  load: [1, 2, 4, 8, 16, 32, 64],
};
const CONCURRENCY = 32;
/** Large pictures are slow to make; a few suffice, because each is sent with another comment. */
const PHOTOGRAPHS = 4;

/** Throughput and memory, one figure varied at a time, each in a fresh process that has settled. */
export async function measureGrowth(
  pack: Pack,
  name: 'fp32' | 'int8',
  context: BenchContext,
  tell: (point: GrowthPoint) => void,
): Promise<void> {
  for await (const setting of settings(pack, context)) {
    const point = await measure(pack, name, setting, context);
    tell(point);
    context.note(`${name}, ${point.series} ${point.value}: ${point.itemsPerSecond.toFixed(2)} items/s`);
  }
}

async function* settings(pack: Pack, { material }: BenchContext): AsyncGenerator<Setting> {
  for (const value of SERIES['batch size']) {
    const environment = {
      [LIMITS.maxBatchImages.environment]: String(value),
      [LIMITS.maxBatchTexts.environment]: String(value),
    };
    const concurrency = CONCURRENCY;
    yield { series: 'batch size', value, scenario: 'text+image', concurrency, material, environment };
  }
  const tokenizer = loadTokenizer(pack.path(pack.manifest.text.tokenizer), pack.manifest.text);
  for (const value of SERIES['text length']) {
    const texts = new Texts((text) => tokenizer.encode(text).ids.length, value);
    const own = { ...material, texts };
    yield { series: 'text length', value, scenario: 'text', concurrency: CONCURRENCY, material: own };
  }
  for (const value of SERIES['image size']) {
    const own = { ...material, photographs: await makePhotographs(PHOTOGRAPHS, value) };
    yield { series: 'image size', value, scenario: 'image', concurrency: 8, material: own };
  }
  for (const value of SERIES.load) {
    yield { series: 'load', value, scenario: 'text+image', concurrency: value, material };
  }
}

async function measure(
  pack: Pack,
  name: 'fp32' | 'int8',
  { series, value, scenario, concurrency, material, environment }: Setting,
  { plan, signal }: BenchContext,
): Promise<GrowthPoint> {
  const system = await startSystem(thisServer(name, pack, environment), signal);
  try {
    await untilIdle(system.pid, signal);
    const { itemsPerSecond, latenciesMs, errors } = await closedLoop({
      port: system.port,
      concurrency,
      posts: postStream(scenario, 0, material),
      seconds: plan.windowSeconds,
      signal,
    });
    if (errors[0] !== undefined) throw new Error(`${series} ${value}: ${errors.length} errors, ${errors[0]}`);
    const peakBytes = (await processFigures(system.pid))?.peakBytes ?? null;
    const percentiles = { p50Ms: median(latenciesMs), p99Ms: quantile(latenciesMs, 0.99) };
    return { name, series, value, itemsPerSecond, ...percentiles, peakBytes };
  } finally {
    await system.stop();
  }
}
