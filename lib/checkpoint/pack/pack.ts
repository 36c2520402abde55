import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ModerationError } from '../../contract/errors.js';
import { isExhausted } from '../../contract/exhaustion.js';
import { Findings } from '../findings.js';
import { MANIFEST_FILE, type Manifest, manifestSchema } from '../manifest.js';
import { decodeText, readSmallFileSync, readSmallText } from '../small-text.js';
import { misfit, raiseAltered } from './compare-files.js';
import { type HashOptions, hashFiles } from './hash-file.js';
import { manifestHash } from './write-manifest.js';

/** A manifest has 5 kB; this leaves room for the metrics of many classes. */
const MAX_MANIFEST_BYTES = 1024 * 1024;

export interface OpenPackOptions extends HashOptions {
  /**
   * Whether to read every file and compare its hash: about a second for each gigabyte. False compares sizes only.
   */
  readonly verify: boolean;
}

/** A model pack whose files are all there. */
export class Pack {
  /** Identifies the pack: see {@link manifestHash}. */
  readonly hash: string;

  constructor(
    /** Absolute path. */
    readonly folder: string,
    readonly manifest: Manifest,
  ) {
    this.hash = manifestHash(manifest);
  }

  /** Absolute path of one of its files. */
  path(file: string): string {
    if (Object.hasOwn(this.manifest.files, file)) return join(this.folder, file);
    throw new RangeError(`${JSON.stringify(file)} is no file of the pack.`);
  }
}

/**
 * Opens a model pack.
 *
 * @throws ModerationError `pack_invalid`, listing every file that is missing, is no file, or has another size or hash
 */
export async function openPack(folder: string, options: OpenPackOptions): Promise<Pack> {
  const pack = new Pack(resolve(folder), await readManifest(resolve(folder)));
  const findings = new Findings();
  await checkSizes(pack, findings);
  raiseAltered(pack.folder, findings);
  if (options.verify) await verifyPack(pack, options);
  return pack;
}

/**
 * Reads every file of a pack and compares its hash: about a second for each gigabyte.
 *
 * @throws ModerationError `pack_invalid`, listing every file with another SHA-256
 */
export async function verifyPack({ folder, manifest }: Pack, options: HashOptions = {}): Promise<void> {
  const findings = new Findings();
  const actual = await hashFiles(folder, Object.keys(manifest.files), options);
  for (const [name, { sha256 }] of Object.entries(manifest.files)) {
    const found = actual[name]?.sha256;
    if (found !== sha256) findings.add(misfit(name, 'SHA-256', found, sha256));
  }
  raiseAltered(folder, findings);
}

async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, MANIFEST_FILE);
  try {
    return parseManifest(path, await readSmallText(path, MAX_MANIFEST_BYTES));
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** The manifest of a pack's folder, at once, for constructs. @throws ModerationError `pack_invalid` */
export function readManifestSync(folder: string): Manifest {
  const path = join(folder, MANIFEST_FILE);
  try {
    return parseManifest(path, decodeText(readSmallFileSync(path, MAX_MANIFEST_BYTES)));
  } catch (error) {
    throw unreadable(path, error);
  }
}

function parseManifest(path: string, text: string): Manifest {
  const result = manifestSchema.safeParse(JSON.parse(text));
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue) => `\n- ${[...issue.path, issue.message].join(': ')}`);
  throw new ModerationError(
    'pack_invalid',
    `${path} is not a manifest that this version reads:${issues.slice(0, 20).join('')}`,
  );
}

function unreadable(path: string, cause: unknown): ModerationError {
  if (cause instanceof ModerationError) return cause;
  const reason = cause instanceof SyntaxError ? 'is not valid JSON' : (cause as Error).message;
  return new ModerationError('pack_invalid', `${path} ${reason}.`, { cause });
}

async function checkSizes(pack: Pack, findings: Findings): Promise<void> {
  for (const [name, { bytes }] of Object.entries(pack.manifest.files)) {
    const finding = await checkSize(pack.path(name), bytes);
    if (finding !== undefined) findings.add(`${name} ${finding}`);
  }
}

/** Links are followed: a pack's weights may be a link to the checkpoint's. */
async function checkSize(path: string, bytes: number): Promise<string | undefined> {
  try {
    const found = await stat(path);
    if (!found.isFile()) return 'is no regular file';
    return found.size === bytes ? undefined : `has ${found.size} bytes, the manifest says ${bytes}`;
  } catch (error) {
    if (isExhausted(error)) throw error;
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? 'is missing, or a link to nothing' : `cannot be read (${code})`;
  }
}
