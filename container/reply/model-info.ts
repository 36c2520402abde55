import type { ModelInfo } from '../../lib/contract/reply.js';
import type { Engine } from '../engine.js';

/** What a reply tells of the model that answers. */
export function modelInfo({ manifest, packHash, device }: Engine): ModelInfo {
  const { name, precision, demonstration } = manifest;
  return { name, pack: packHash, precision, demonstration, device: device.used };
}
