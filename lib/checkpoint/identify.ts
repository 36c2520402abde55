import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ModerationError } from '../contract/errors.js';
import { quote } from './findings.js';
import { MANIFEST_FILE } from './manifest.js';
import { findWeights } from './weights-file.js';

/** Whether the folder holds a model pack, whole or not: its manifest is there. */
export async function isPack(folder: string): Promise<boolean> {
  return isFile(join(folder, MANIFEST_FILE));
}

/** Whether the folder holds a checkpoint that may be converted: its weights are there, in one safetensors file. */
export async function isCheckpoint(folder: string): Promise<boolean> {
  return findWeights(folder).then(isFile, () => false);
}

/**
 * Tells a model pack from a checkpoint.
 *
 * @throws ModerationError `invalid_configuration` when the folder holds neither; the message tells what it holds.
 * `checkpoint_invalid` when it holds a checkpoint in a form that is not read (pickled, or in several files)
 */
export async function identify(folder: string): Promise<'pack' | 'checkpoint'> {
  if (await isPack(folder)) return 'pack';
  if (await isCheckpoint(folder)) return 'checkpoint';
  const names = await list(folder);
  if (names.some((name) => WEIGHTS.test(name))) await findWeights(folder);
  throw new ModerationError(
    'invalid_configuration',
    `${folder} holds no model. ${await advise(folder, names)}`,
  );
}

const WEIGHTS = /\.(?:safetensors|bin|pt|pth|ckpt|pkl)$/;

async function list(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const what =
      { ENOENT: 'does not exist', ENOTDIR: 'is no folder' }[code ?? ''] ?? `cannot be read (${code})`;
    throw new ModerationError(
      'invalid_configuration',
      `${folder} ${what}; expected the folder of a model pack or of a checkpoint.`,
      { cause },
    );
  }
}

/** Two ways to miss a model by a hair: its archive was not unpacked, or was unpacked one folder deeper. */
async function advise(folder: string, names: readonly string[]): Promise<string> {
  for (const name of names) {
    const inner = join(folder, name);
    if ((await isPack(inner)) || (await isCheckpoint(inner)))
      return `There is one in its folder ${quote(name)}: name that.`;
  }
  const archive = names.find((name) => /\.(?:tar|tar\.gz|tgz|zip)$/.test(name));
  if (archive !== undefined) return `Unpack ${archive} first.`;
  const found = names.length === 0 ? 'It is empty' : `It holds ${quote(names)}`;
  return `${found}; expected ${MANIFEST_FILE} of a model pack, or model.safetensors of a checkpoint.`;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
