import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { EngineObserver } from '../../lib/engine/observer.js';
import type { Engine } from '../engine.js';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const SIZES = [1, 2, 4, 8, 16, 32, 64, 128];

/** Counts what the engine tells while it works. */
export function observeEngine(registry: Registry): EngineObserver {
  const registers = [registry];
  const waits = new Histogram({
    name: 'moderation_queue_wait_seconds',
    help: 'Seconds that an item waited before a stage since it was wanted there.',
    labelNames: ['stage'],
    buckets: SECONDS,
    registers,
  });
  const runs = new Histogram({
    name: 'moderation_stage_seconds',
    help: 'Seconds that a batch took in a stage.',
    labelNames: ['stage'],
    buckets: SECONDS,
    registers,
  });
  const sizes = new Histogram({
    name: 'moderation_batch_items',
    help: 'Items of a batch.',
    labelNames: ['stage'],
    buckets: SIZES,
    registers,
  });
  const batches = new Counter({
    name: 'moderation_batches_total',
    help: 'Batches by outcome; "split" ones run again item by item.',
    labelNames: ['stage', 'outcome'],
    registers,
  });
  const dropped = new Counter({
    name: 'moderation_dropped_total',
    help: 'Items that left a queue uncomputed: their caller left or their time was up.',
    labelNames: ['stage'],
    registers,
  });
  const cache = new Counter({
    name: 'moderation_cache_total',
    help: 'Look-ups of pooled features: hit, shared with one in computation, or miss.',
    labelNames: ['modality', 'outcome'],
    registers,
  });
  const workers = new Counter({
    name: 'moderation_workers_total',
    help: 'Workers that became ready, were followed by faster ones (improved), were lost or given up.',
    labelNames: ['change'],
    registers,
  });
  return {
    batch: ({ stage, items, waitMs, runMs, outcome }) => {
      for (const ms of waitMs) waits.observe({ stage }, ms / 1000);
      runs.observe({ stage }, runMs / 1000);
      sizes.observe({ stage }, items);
      batches.inc({ stage, outcome });
    },
    dropped: ({ stage }) => dropped.inc({ stage }),
    cache: ({ modality, outcome }) => cache.inc({ modality, outcome }),
    worker: ({ change }) => workers.inc({ change }),
  };
}

/** Adds the engine's gauges and the identity of its model, once it is loaded. */
export function registerEngine(registry: Registry, engine: Engine): void {
  const registers = [registry];
  const { manifest, packHash, device } = engine;
  new Gauge({
    name: 'moderation_model_info',
    help: 'Always 1; the labels tell which model answers, and where it runs.',
    labelNames: ['name', 'pack', 'precision', 'demonstration', 'device'],
    registers,
  }).set(
    {
      name: manifest.name,
      pack: packHash,
      precision: manifest.precision,
      demonstration: String(manifest.demonstration),
      device: device.used,
    },
    1,
  );
  new Gauge({
    name: 'moderation_queue_items',
    help: 'Items in a stage, queued or running.',
    labelNames: ['stage', 'state'],
    registers,
    collect() {
      for (const [stage, { queued, running }] of Object.entries(engine.stats().stages)) {
        this.set({ stage, state: 'queued' }, queued);
        this.set({ stage, state: 'running' }, running);
      }
    },
  });
  new Gauge({
    name: 'moderation_lane_places',
    help: 'Places of a lane: held by accepted items, and in all.',
    labelNames: ['lane', 'state'],
    registers,
    collect() {
      for (const [lane, { held, capacity }] of Object.entries(engine.stats().lanes)) {
        this.set({ lane, state: 'held' }, held);
        this.set({ lane, state: 'capacity' }, capacity);
      }
    },
  });
  new Gauge({
    name: 'moderation_cache_items',
    help: 'Pooled features kept.',
    registers,
    collect() {
      this.set(engine.stats().cache.items);
    },
  });
}
