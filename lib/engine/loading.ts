import { openPack, type Pack } from '../checkpoint/pack/pack.js';
import { ModerationError } from '../contract/errors.js';
import type { EngineContext } from './context.js';
import { type DeviceChoice, fallBack, planDevice } from './device.js';
import type { EngineSettings } from './options.js';
import { Pipeline } from './pipeline.js';
import { Verification } from './verification.js';

/** A large model is read from a slow disk at the start: how much longer that may take than a batch. */
const START_TIMEOUT_FACTOR = 10;

export interface Loaded {
  readonly pack: Pack;
  readonly device: DeviceChoice;
  readonly pipeline: Pipeline;
  /** Undefined: the pack is trusted. */
  readonly verification: Verification | undefined;
}

/**
 * Brings a pack to the point where it answers: its files have the checksums of the manifest, which is found while the
 * workers start, and the pipeline has computed something. Ends the workers when it fails.
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
  const verification = settings.verify ? new Verification(pack, context) : undefined;
  const [check, start] = await Promise.allSettled([
    verification?.compareChecksums(signal),
    startOnDevice(pack, plan, settings, context),
  ]);
  if (check.status === 'fulfilled' && start.status === 'fulfilled') {
    return { pack, verification, ...start.value };
  }
  await verification?.close();
  if (start.status === 'fulfilled') await start.value.pipeline.close(new Error('The engine did not start.'));
  signal.throwIfAborted();
  // An altered file explains best what else failed.
  throw check.status === 'rejected' ? check.reason : (start as PromiseRejectedResult).reason;
}

function timeouts({ limits }: EngineSettings): EngineContext['timeouts'] {
  return { startMs: START_TIMEOUT_FACTOR * limits.workerTimeoutMs, callMs: limits.workerTimeoutMs };
}

async function startOnDevice(
  pack: Pack,
  plan: DeviceChoice,
  settings: EngineSettings,
  context: EngineContext,
): Promise<Pick<Loaded, 'device' | 'pipeline'>> {
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
  { threads, replicas, signal }: EngineSettings,
  context: EngineContext,
): Promise<Pipeline> {
  signal.throwIfAborted();
  const pipeline = new Pipeline({ pack, provider: used, threads, replicas }, context);
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
