import { openPack, type Pack, verifyPack } from '../checkpoint/pack/pack.js';
import { ModerationError } from '../contract/errors.js';
import type { EngineContext } from './context.js';
import { type DeviceChoice, fallBack, planDevice } from './device.js';
import type { EngineSettings } from './options.js';
import { Pipeline } from './pipeline.js';

/** A large model is read from a slow disk at the start: how much longer that may take than a batch. */
const START_TIMEOUT_FACTOR = 10;

export interface Loaded {
  readonly pack: Pack;
  readonly device: DeviceChoice;
  readonly pipeline: Pipeline;
}

/**
 * Brings a pack to the point where it answers: its files are verified while the workers start, and the pipeline has
 * computed something. Ends the workers when it fails.
 */
export async function load(
  folder: string,
  settings: EngineSettings,
  onWorkerChange: () => void,
): Promise<Loaded> {
  const { signal, device } = settings;
  signal.throwIfAborted();
  const plan = planDevice(device);
  const pack = await openPack(folder, { verify: false, signal });
  const context: EngineContext = { ...settings, onWorkerChange, timeouts: timeouts(settings) };
  const [verification, start] = await Promise.allSettled([
    settings.verify ? verifyPack(pack, { signal }) : undefined,
    startOnDevice(pack, plan, settings, context),
  ]);
  if (verification.status === 'fulfilled' && start.status === 'fulfilled') return { pack, ...start.value };
  if (start.status === 'fulfilled') await start.value.pipeline.close(new Error('The engine did not start.'));
  signal.throwIfAborted();
  // An altered file explains best what else failed.
  throw verification.status === 'rejected' ? verification.reason : (start as PromiseRejectedResult).reason;
}

function timeouts({ limits }: EngineSettings): EngineContext['timeouts'] {
  return { startMs: START_TIMEOUT_FACTOR * limits.workerTimeoutMs, callMs: limits.workerTimeoutMs };
}

async function startOnDevice(
  pack: Pack,
  plan: DeviceChoice,
  settings: EngineSettings,
  context: EngineContext,
): Promise<Omit<Loaded, 'pack'>> {
  try {
    return { device: plan, pipeline: await startPipeline(pack, plan, settings, context) };
  } catch (error) {
    const next = fallBack(plan, error);
    if (next === undefined) throw error;
    settings.logger.warn({ reason: next.reason }, 'CUDA did not work; the CPU is used.');
    return startOnDevice(pack, next, settings, context);
  }
}

async function startPipeline(
  pack: Pack,
  { used }: DeviceChoice,
  { threads, signal }: EngineSettings,
  context: EngineContext,
): Promise<Pipeline> {
  signal.throwIfAborted();
  const pipeline = new Pipeline({ pack, provider: used, threads }, context);
  const stop = () => void pipeline.close(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    await pipeline.start(signal);
    return pipeline;
  } catch (error) {
    await pipeline.close(new ModerationError('worker_failed', 'The engine did not start.', { cause: error }));
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
