import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ModerationError } from '../contract/errors.js';
import { type CheckpointConfigs, readConfigs } from './config/configs.js';
import { openSafetensors, type SafetensorsFile } from './safetensors/file.js';
import type { StoredTensor } from './safetensors/header.js';
import { findWeights } from './weights-file.js';

/** A published checkpoint on disk: weights in safetensors, and the config files beside them. */
export class Checkpoint {
  private constructor(
    /** Absolute path of the folder. */
    readonly folder: string,
    readonly weights: SafetensorsFile,
    readonly configs: CheckpointConfigs,
  ) {}

  /**
   * Opens a checkpoint; reads its configs and the header of its weights, no weights.
   *
   * @param path its folder, or the safetensors file in it
   * @throws ModerationError `checkpoint_invalid`
   */
  static async open(path: string): Promise<Checkpoint> {
    const { folder, weightsFile } = await locate(resolve(path));
    const weights = await openSafetensors(weightsFile);
    return new Checkpoint(folder, weights, await readConfigs(folder));
  }

  /** Absolute path of the safetensors file. */
  get weightsFile(): string {
    return this.weights.path;
  }

  /** By name, in the order of their bytes. */
  get tensors(): ReadonlyMap<string, StoredTensor> {
    return this.weights.tensors;
  }
}

async function locate(path: string): Promise<{ folder: string; weightsFile: string }> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) {
    throw new ModerationError(
      'checkpoint_invalid',
      `${path} does not exist; expected a checkpoint's folder.`,
    );
  }
  if (!found.isDirectory()) return { folder: dirname(path), weightsFile: path };
  return { folder: path, weightsFile: await findWeights(path) };
}
