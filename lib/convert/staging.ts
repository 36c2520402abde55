/** A folder that appears whole or not at all. */
import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { explainFullDisk } from '../checkpoint/atomic-file.js';
import { isPack } from '../checkpoint/identify.js';
import { ModerationError } from '../contract/errors.js';
import { POLICY_FILE } from '../contract/policy.js';

/**
 * Fills a new folder beside `out` and gives it that name when it is complete. Whatever ends the work early leaves `out`
 * as it was and nothing beside it.
 *
 * @param options.overwrite whether a pack that is there is replaced
 * @throws ModerationError `invalid_configuration` when `out` holds anything else
 */
export async function stagePack<Result>(
  out: string,
  options: { readonly overwrite: boolean },
  fill: (folder: string) => Promise<Result>,
): Promise<Result> {
  const target = resolve(out);
  await refuseForeignFolder(target, options.overwrite);
  const staging = besides(target, 'partial');
  await mkdir(staging, { recursive: true }).catch((cause) => {
    throw unwritable(target, cause);
  });
  try {
    const result = await fill(staging);
    await keepPolicy(target, staging);
    await replace(target, staging);
    return result;
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw explainFullDisk(error, target);
  }
}

async function refuseForeignFolder(target: string, overwrite: boolean): Promise<void> {
  const names = await list(target);
  if (names.length === 0) return;
  const pack = await isPack(target);
  if (pack && overwrite) return;
  throw new ModerationError(
    'invalid_configuration',
    pack
      ? `${target} already holds a model pack. Name another folder, or ask for it to be overwritten.`
      : `${target} is not empty and holds no model pack (${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}). ` +
          'Name a folder that is empty or does not exist.',
  );
}

async function list(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (cause) {
    const error = cause as NodeJS.ErrnoException;
    if (error.code === 'ENOENT') return [];
    throw unwritable(folder, error);
  }
}

function unwritable(folder: string, cause: NodeJS.ErrnoException): ModerationError {
  const message = `The pack cannot be written to ${folder} (${cause.code}).`;
  return new ModerationError('invalid_configuration', message, { cause });
}

/** A pack that is converted again keeps its policy; a server refuses it where the pack has become another. */
async function keepPolicy(target: string, staging: string): Promise<void> {
  await copyFile(join(target, POLICY_FILE), join(staging, POLICY_FILE)).catch(ignoreMissing);
}

/** Puts `staging` in the place of `target`, which is missing, empty, or a pack to replace. */
async function replace(target: string, staging: string): Promise<void> {
  const old = besides(target, 'replaced');
  await rename(target, old).catch(ignoreMissing);
  await rename(staging, target);
  await rm(old, { recursive: true, force: true });
}

function besides(path: string, kind: string): string {
  return `${path}.${randomBytes(6).toString('hex')}.${kind}`;
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
