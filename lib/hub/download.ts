/** One file from the hub to the disk: continued where it stopped, checked, and only then under its own name. */
import type { Hash } from 'node:crypto';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { fileDownloadInfo } from '@huggingface/hub';
import { append, explainFullDisk } from '../checkpoint/atomic-file.js';
import { ModerationError } from '../contract/errors.js';
import { type Hub, reasonOf } from './connection.js';
import { feedFile, startDigest } from './digest.js';
import { HubInterrupted } from './refusal.js';
import type { RemoteFile, RemoteRepository } from './repository.js';

export interface DownloadOptions {
  readonly onProgress?: ((doneBytes: number) => void) | undefined;
}

/** Whether `path` holds the file's content already. */
export async function holds(path: string, file: RemoteFile, signal?: AbortSignal): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || !found.isFile() || found.size !== file.bytes) return false;
  const hash = startDigest(file.digest, file.bytes);
  await feedFile(hash, path, signal);
  return hash.digest('hex') === file.digest.hex;
}

/**
 * Where a download stands until it is complete. The name holds the content's digest, so that what was begun of one
 * version is never continued with another.
 */
export function partialPath(path: string, { digest }: RemoteFile): string {
  return `${path}.${digest.hex.slice(0, 12)}.partial`;
}

/**
 * Downloads a file. An interruption, by a signal or the network, leaves a partial file that the next call continues.
 *
 * @throws ModerationError `checkpoint_invalid` when what arrives is not what the hub lists; `resource_exhausted` when the
 * disk is full; `invalid_configuration` when the hub refuses or stays out of reach
 */
export async function download(
  hub: Hub,
  repository: RemoteRepository,
  file: RemoteFile,
  path: string,
  options: DownloadOptions = {},
): Promise<void> {
  const partial = partialPath(path, file);
  try {
    const resumed = await fetchAll(hub, repository, file, partial, options);
    if (!resumed.intact && resumed.from > 0) {
      // What an earlier call left behind may have been damaged since.
      await rm(partial, { force: true });
      resumed.intact = (await fetchAll(hub, repository, file, partial, options)).intact;
    }
    if (!resumed.intact) {
      await rm(partial, { force: true });
      throw altered(repository, file);
    }
    await rename(partial, path);
  } catch (error) {
    throw explainFullDisk(error, path);
  }
}

/** Fetches until the partial file is complete. `from`: bytes that were there before. */
async function fetchAll(
  hub: Hub,
  repository: RemoteRepository,
  file: RemoteFile,
  partial: string,
  { onProgress }: DownloadOptions,
): Promise<{ intact: boolean; from: number }> {
  const from = (await stat(partial).catch(() => undefined))?.size ?? 0;
  let reached = 0;
  const digest = await hub.persist(
    () =>
      fetchRest(hub, repository, file, partial, (done) => {
        reached = Math.max(reached, done);
        onProgress?.(done);
      }),
    () => reached,
  );
  return { intact: digest === file.digest.hex, from };
}

/** One attempt. @returns the digest of the complete file */
async function fetchRest(
  hub: Hub,
  repository: RemoteRepository,
  file: RemoteFile,
  partial: string,
  onProgress: (doneBytes: number) => void,
): Promise<string> {
  const handle = await open(partial, 'a');
  try {
    let done = (await handle.stat()).size;
    if (done > file.bytes) {
      await handle.truncate(0);
      done = 0;
    }
    const hash = startDigest(file.digest, file.bytes);
    if (done > 0) await feedFile(hash, partial, hub.signal);
    onProgress(done);
    if (done < file.bytes) await receive({ hub, repository, file, handle, hash, done, onProgress });
    await refuseOtherWriters(handle, file);
    return hash.digest('hex');
  } finally {
    await handle.close();
  }
}

/** The digest is of what arrived here; a second pull into the same folder would have put its bytes between. */
async function refuseOtherWriters(handle: FileHandle, { name, bytes }: RemoteFile): Promise<void> {
  const { size } = await handle.stat();
  if (size === bytes) return;
  await handle.truncate(0);
  throw new ModerationError(
    'invalid_configuration',
    `${name} has ${size} bytes on the disk, ${bytes} have arrived: something else writes to the same folder. Pull once ` +
      'at a time.',
  );
}

interface Reception {
  readonly hub: Hub;
  readonly repository: RemoteRepository;
  readonly file: RemoteFile;
  readonly handle: FileHandle;
  readonly hash: Hash;
  /** Bytes that are on the disk and in the hash. */
  readonly done: number;
  readonly onProgress: (doneBytes: number) => void;
}

async function receive({ hub, file, handle, hash, onProgress, ...reception }: Reception): Promise<void> {
  let { done } = reception;
  const response = await hub.fetch(await addressOf(hub, reception.repository, file), {
    headers: { range: `bytes=${done}-`, 'accept-encoding': 'identity' },
  });
  if (done > 0 && !continues(response, done)) {
    await response.body?.cancel();
    await handle.truncate(0);
    throw new HubInterrupted(`The hub cannot continue ${file.name}; it starts again`);
  }
  try {
    for await (const chunk of response.body ?? []) {
      done += chunk.byteLength;
      if (done > file.bytes) throw altered(reception.repository, file);
      await append(handle, chunk);
      hash.update(chunk);
      onProgress(done);
    }
  } catch (error) {
    throw explainBody(error, file, hub.signal);
  }
  if (done < file.bytes) throw new HubInterrupted(`${file.name} ended after ${done} of ${file.bytes} bytes`);
}

/** The hub redirects to storage by an address that expires: it is asked for anew with every attempt. */
async function addressOf(
  hub: Hub,
  { repository, commit }: RemoteRepository,
  { name }: RemoteFile,
): Promise<string> {
  const info = await fileDownloadInfo({
    repo: { type: 'model', name: repository },
    path: name,
    revision: commit,
    hubUrl: hub.url,
    fetch: hub.fetch,
  });
  if (info !== null) return info.url;
  throw new ModerationError(
    'invalid_configuration',
    `${hub.url} lists ${name} in ${repository} at ${commit} but does not have it.`,
  );
}

function continues(response: Response, from: number): boolean {
  return (
    response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${from}-`) === true
  );
}

/** A body that breaks off is the network's doing; an error of the disk, or one that was thrown here, is not. */
function explainBody(error: unknown, { name }: RemoteFile, signal: AbortSignal | undefined): unknown {
  signal?.throwIfAborted();
  if (error instanceof ModerationError) return error;
  const { syscall } = error as NodeJS.ErrnoException;
  if (syscall === 'write') return error;
  return new HubInterrupted(`${name} broke off (${reasonOf(error)})`, { cause: error });
}

function altered({ repository, commit }: RemoteRepository, { name, digest }: RemoteFile): ModerationError {
  const kind = digest.kind === 'sha256' ? 'SHA-256' : 'git hash';
  return new ModerationError(
    'checkpoint_invalid',
    `${name} of ${repository} at ${commit.slice(0, 12)} is not what the hub lists (${kind} ${digest.hex}): what arrived ` +
      'was altered on its way and has been removed. Pull again, from another mirror or network if it stays so.',
  );
}
