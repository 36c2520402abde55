/** Puts a model folder into the cloud assembly, for `cdk deploy` to upload: as single files or as one tar.gz. */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { type FileAssetLocation, FileAssetPackaging, Fn, Stack, Stage, Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { ModerationError } from '../../../contract/errors.js';
import { warnOfPlaceholders } from '../collected-assets.js';
import { check } from '../rules.js';
import type { ModelFiles } from './model-files.js';

/** Where an upload will lie. The bucket is the bootstrap bucket, whose name has tokens. */
export interface StagedModel {
  readonly bucketName: string;
  /** `…/` of the files, or the key of the tar.gz. Holds the content hash. */
  readonly key: string;
  /** The key of every object. */
  readonly objectKeys: readonly string[];
}

/** Would break the command that a pipeline uploads a file with: it holds the name in double quotes, before a colon. */
const UNSAFE_NAME = /["$`\\:\p{C}]/u;

/**
 * Uploads each file under one prefix, `HASH.model/`. A file asset's key is its hash and the extension of the staged file.
 * The hash is free text to CDK, so `HASH.model/name`, staged without an extension, puts all files into one folder, and no
 * Lambda has to unpack them. `cdk gc` looks for a key up to its first dot in the templates as they were deployed, so
 * whatever a file is called, what it looks for is the hash.
 *
 * @throws ModerationError `invalid_configuration` for names that not every way of uploading can carry
 */
export function stageFiles(scope: Construct, files: ModelFiles): StagedModel {
  checkNames(files);
  const folder = `model-${files.hash}`;
  mkdirSync(join(assemblyFolder(scope), folder), { recursive: true });
  const locations = files.names.map((name, index) => {
    const staged = join(folder, `file-${index}`);
    linkOrCopy(join(files.folder, name), join(assemblyFolder(scope), staged));
    return addFile(scope, staged, `${files.hash}.model/${name}`, `${basename(files.folder)}/${name}`);
  });
  const [first] = locations;
  if (first === undefined) throw new RangeError(`${files.folder} has no files.`);
  const key = folderOf(scope, first.objectKey);
  return { bucketName: first.bucketName, key, objectKeys: locations.map(({ objectKey }) => objectKey) };
}

function checkNames({ folder, names }: ModelFiles): void {
  check(
    'model',
    names.map((name) => ({
      broken: UNSAFE_NAME.test(name),
      problem: `the file ${JSON.stringify(name)} of ${folder} cannot be uploaded by every tool; rename it, without quotes, colons, $, backslashes and control characters.`,
    })),
  );
}

/**
 * The key up to the file's name. Where the stack's synthesizer has a prefix with placeholders of account and region, and
 * the stack is for any, the key is a `Fn::Sub`.
 */
function folderOf(scope: Construct, objectKey: string): string {
  const folder = (key: string) => key.slice(0, key.lastIndexOf('/') + 1);
  if (!Token.isUnresolved(objectKey)) return folder(objectKey);
  const { 'Fn::Sub': pattern } = Stack.of(scope).resolve(objectKey) as { 'Fn::Sub'?: unknown };
  if (typeof pattern !== 'string') {
    throw new RangeError(
      "The keys that the stack's synthesizer gives to assets are neither text nor Fn::Sub.",
    );
  }
  warnOfPlaceholders(scope, pattern);
  return Fn.sub(folder(pattern));
}

/** Packs the files into one tar.gz and uploads that. Kept in the assembly's folder, so that it is packed once. */
export function stageTarball(scope: Construct, files: ModelFiles): StagedModel {
  const staged = `model-${files.hash}-tarball`;
  const target = join(assemblyFolder(scope), staged);
  if (!existsSync(target)) pack(files, target);
  const { bucketName, objectKey } = addFile(
    scope,
    staged,
    `${files.hash}.tar.gz`,
    `${basename(files.folder)}.tar.gz`,
  );
  return { bucketName, key: objectKey, objectKeys: [objectKey] };
}

/** tar's exit code when a file's status changed while it was read. */
const CHANGED = 1;

function pack(files: ModelFiles, target: string): void {
  const unfinished = `${target}.unfinished`;
  const before = contentState(files);
  const { status, error, stderr } = spawnSync(
    'tar',
    ['-czhf', unfinished, '-C', files.folder, ...files.names],
    { encoding: 'utf8' },
  );
  // A hard link that is made or removed elsewhere changes a file's status, and nothing of what was packed.
  const whole = status === 0 || (status === CHANGED && contentState(files) === before);
  if (!whole) {
    throw new ModerationError(
      'resource_exhausted',
      `tar could not pack ${files.folder}: ${error?.message ?? stderr.trim()}`,
    );
  }
  renameSync(unfinished, target);
}

/** Tells whether contents changed between two calls. */
function contentState({ folder, names }: ModelFiles): string {
  const states = names.map((name) => {
    const { ino, size, mtimeMs } = statSync(join(folder, name));
    return [ino, size, mtimeMs];
  });
  return JSON.stringify(states);
}

/** @param displayName what `cdk deploy` calls it while it is uploaded */
function addFile(
  scope: Construct,
  fileName: string,
  sourceHash: string,
  displayName: string,
): FileAssetLocation {
  return Stack.of(scope).synthesizer.addFileAsset({
    fileName,
    sourceHash,
    packaging: FileAssetPackaging.FILE,
    displayName,
  });
}

function assemblyFolder(scope: Construct): string {
  const stage = Stage.of(scope);
  if (stage === undefined) throw new RangeError('A model is staged within an App or a Stage only.');
  return stage.outdir;
}

/**
 * Weights have gigabytes: where a hard link works, they are not copied. Links are followed to the real file. What an
 * earlier synthesis left is replaced, as a file that was linked and then edited in place is no longer what its hash says.
 */
function linkOrCopy(source: string, target: string): void {
  const real = realpathSync(source);
  rmSync(target, { force: true });
  try {
    linkSync(real, target);
  } catch {
    copyFileSync(real, target);
  }
}
