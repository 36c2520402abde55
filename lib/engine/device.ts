import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Device } from '../contract/environment.js';
import { ModerationError } from '../contract/errors.js';
import type { Provider } from './workers/messages.js';

/** Where the encoders run and why. */
export interface DeviceChoice {
  readonly requested: Device;
  readonly used: Provider;
  /** A sentence for people. */
  readonly reason: string;
}

/** Why CUDA cannot work here, or null when nothing speaks against trying it. */
export type CudaObstacle = string | null;

/**
 * Decides what to try. Throws `device_unavailable` when CUDA is demanded and cannot work.
 *
 * That nothing speaks against CUDA does not prove that it works: the driver and the CUDA libraries show only when a
 * session is created.
 */
export function planDevice(requested: Device, findObstacle: () => CudaObstacle = cudaObstacle): DeviceChoice {
  if (requested === 'cpu') return { requested, used: 'cpu', reason: 'The CPU was asked for.' };
  const obstacle = findObstacle();
  if (obstacle === null) return { requested, used: 'cuda', reason: 'A GPU and the CUDA provider are there.' };
  if (requested === 'auto') return { requested, used: 'cpu', reason: `No CUDA: ${obstacle}` };
  throw new ModerationError('device_unavailable', `The device is cuda, but ${obstacle}`);
}

/** What to do when the sessions could not be created on the planned device; undefined when there is nothing else. */
export function fallBack(plan: DeviceChoice, error: unknown): DeviceChoice | undefined {
  const cudaFailed = error instanceof ModerationError && error.code === 'device_unavailable';
  if (!cudaFailed || plan.requested !== 'auto' || plan.used === 'cpu') return undefined;
  return { requested: plan.requested, used: 'cpu', reason: `No CUDA: ${error.message}` };
}

const PROVIDER_LIBRARY = 'libonnxruntime_providers_cuda.so';
/** Any of them shows that a GPU is visible: the device node on Linux, the paravirtual one under WSL. */
const GPU_NODES = ['/dev/nvidia0', '/dev/nvidiactl', '/dev/dxg'];

function cudaObstacle(): CudaObstacle {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return `onnxruntime-node supports CUDA on linux-x64 only, and this is ${process.platform}-${process.arch}.`;
  }
  const runtime = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  if (!existsSync(join(runtime, 'bin', 'napi-v6', 'linux', 'x64', PROVIDER_LIBRARY))) {
    return `${PROVIDER_LIBRARY} is not installed beside onnxruntime-node; the gpu target of container/Dockerfile brings it.`;
  }
  if (!GPU_NODES.some((node) => existsSync(node))) {
    return `no NVIDIA GPU is visible (none of ${GPU_NODES.join(', ')}); a container needs --gpus all.`;
  }
  return null;
}
