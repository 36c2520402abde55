/** A model pack as `model.tar.gz`, the form in which SageMaker takes a model. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import { pack as createTar, type Pack as Tar } from 'tar-stream';
import { MANIFEST_FILE } from '../../checkpoint/manifest.js';
import type { Pack } from '../../checkpoint/pack/pack.js';
import type { PolicyFile } from '../../checkpoint/policy/policy-file.js';
import { POLICY_FILE } from '../../contract/policy.js';

export interface ArchiveOptions {
  /** What goes into the pack's folder as its policy. @default nothing */
  readonly policy?: PolicyFile | undefined;
  /** How much of the pack has been read. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  readonly signal?: AbortSignal;
}

/** The pack's files, sorted by name: the same on every machine. */
export function filesOf(pack: Pack): string[] {
  return [MANIFEST_FILE, ...Object.keys(pack.manifest.files)].sort();
}

/**
 * The pack as a gzipped tar, made while it is read. Its bytes depend on nothing but the files' names and contents: no
 * time, owner, mode or order of the file system enters. Links are followed. A failure destroys the stream with its cause.
 *
 * Nothing is compressed within the gzip: weights would shrink by 8 %, and unpacking, which every instance's start waits
 * for, would take five times as long.
 */
export function archivePack(pack: Pack, options: ArchiveOptions = {}): Readable {
  const tar = createTar();
  const gzip = createGzip({ level: constants.Z_NO_COMPRESSION });
  fill(tar, pack, options).catch((error: Error) => tar.destroy(error));
  // The error reaches whoever reads the stream.
  pipeline(tar, gzip, options.signal ? { signal: options.signal } : {}).catch(() => undefined);
  return gzip;
}

async function fill(tar: Tar, pack: Pack, { policy, onProgress, signal }: ArchiveOptions): Promise<void> {
  const files = filesOf(pack).map((name) => ({ name, path: `${pack.folder}/${name}` }));
  const sizes = await Promise.all(files.map(async ({ path }) => (await stat(path)).size));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let done = 0;
  for (const [index, { name, path }] of files.entries()) {
    const entry = tar.entry({ ...ANONYMOUS, name, size: sizes[index] ?? 0 });
    const bytes = createReadStream(path, { highWaterMark: 1024 * 1024, signal });
    bytes.on('data', (chunk) => {
      done += chunk.length;
      onProgress?.(done, total);
    });
    await pipeline(bytes, entry);
  }
  // Always last, so that the same pack and policy give the same bytes.
  if (policy !== undefined) tar.entry({ ...ANONYMOUS, name: POLICY_FILE }, policy.bytes);
  tar.finalize();
}

/** 1980 and not 1970: some programs take the epoch for a missing time and warn. */
const ANONYMOUS = {
  type: 'file',
  mode: 0o644,
  uid: 0,
  gid: 0,
  uname: '',
  gname: '',
  mtime: new Date('1980-01-01T00:00:00Z'),
} as const;
