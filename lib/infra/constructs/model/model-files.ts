/** The files of a model folder that are deployed, and their content hash; synchronous, as constructs are. */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, lstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { MANIFEST_FILE, type Manifest } from '../../../checkpoint/manifest.js';
import { readManifestSync } from '../../../checkpoint/pack/pack.js';
import { manifestHash } from '../../../checkpoint/pack/write-manifest.js';
import type { PolicyModel } from '../../../checkpoint/policy/misfits.js';
import { acceptPolicy, type PolicyFile, readPolicyFileSync } from '../../../checkpoint/policy/policy-file.js';
import { ModerationError } from '../../../contract/errors.js';
import { POLICY_FILE } from '../../../contract/policy.js';

export interface ModelFiles {
  /** Absolute path. */
  readonly folder: string;
  /** Names, sorted; the folder is flat. */
  readonly names: readonly string[];
  readonly bytes: number;
  /** SHA-256, hex, of everything that is deployed: another model has another hash. */
  readonly hash: string;
  /** The manifest of a pack; undefined for a checkpoint, which the container converts at its start. */
  readonly manifest: Manifest | undefined;
}

const CHECKPOINT_WEIGHTS = 'model.safetensors';
/** Beside weights, a checkpoint is configuration: JSON, merges and vocabulary. Cards and examples stay at home. */
const CHECKPOINT_FILE = /\.(?:safetensors|json|txt)$/;
const CHUNK_BYTES = 8 * 1024 * 1024;

/**
 * Lists a model pack or a checkpoint.
 *
 * @throws ModerationError `invalid_configuration` when the folder holds neither; `pack_invalid` when files of the pack
 * are missing or have another size than its manifest says; `policy_invalid`
 */
export function listModelFiles(path: string): ModelFiles {
  const folder = resolve(path);
  if (existsSync(join(folder, MANIFEST_FILE))) return listPack(folder);
  if (existsSync(join(folder, CHECKPOINT_WEIGHTS))) return listCheckpoint(folder);
  throw new ModerationError(
    'invalid_configuration',
    `${folder} holds no model; expected ${MANIFEST_FILE} of a model pack or ${CHECKPOINT_WEIGHTS} of a checkpoint.`,
  );
}

function listPack(folder: string): ModelFiles {
  const manifest = readManifestSync(folder);
  const problems = Object.entries(manifest.files)
    .filter(([name, { bytes }]) => sizeOf(join(folder, name)) !== bytes)
    .map(([name, { bytes }]) => `${name} is missing or has not the ${bytes} bytes that the manifest says`);
  if (problems.length > 0) {
    throw new ModerationError(
      'pack_invalid',
      `The pack ${folder} is incomplete:\n- ${problems.join('\n- ')}`,
    );
  }
  const pack = manifestHash(manifest);
  const policy = checkedPolicy(folder, { classNames: manifest.classNames, pack });
  const names = [MANIFEST_FILE, ...Object.keys(manifest.files), ...(policy ? [POLICY_FILE] : [])].sort();
  const hash = policy ? createHash('sha256').update(`${pack}\0${policy.sha256}`).digest('hex') : pack;
  return { folder, names, bytes: total(folder, names), hash, manifest };
}

function listCheckpoint(folder: string): ModelFiles {
  checkedPolicy(folder);
  const names = readdirSync(folder)
    .filter((name) => CHECKPOINT_FILE.test(name) && statSync(join(folder, name)).isFile())
    .sort();
  const hash = createHash('sha256');
  for (const name of names) hash.update(`${name}\0${hashFile(join(folder, name))}\n`);
  return { folder, names, bytes: total(folder, names), hash: hash.digest('hex'), manifest: undefined };
}

/** What no container would start with is not deployed. Whether a checkpoint's policy fits shows when it is converted. */
function checkedPolicy(folder: string, model?: PolicyModel): PolicyFile | undefined {
  const path = join(folder, POLICY_FILE);
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
  const file = readPolicyFileSync(path);
  acceptPolicy(file, model);
  return file;
}

function hashFile(path: string): string {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  const file = openSync(path, 'r');
  try {
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
      hash.update(chunk.subarray(0, read));
    }
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}

function total(folder: string, names: readonly string[]): number {
  return names.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}
