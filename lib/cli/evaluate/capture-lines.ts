/** The lines of captured files, from folders here or from S3. */
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { ModerationError } from '../../contract/errors.js';
import { linesOf } from '../../contract/lines.js';

export interface CaptureOptions {
  readonly signal: AbortSignal;
  /** @default a client with the environment's region and credentials */
  readonly s3?: S3Client | undefined;
  /** Files: done, and all that are known. */
  readonly onProgress?: (done: number, total: number) => void;
}

interface CaptureFile {
  readonly name: string;
  readonly open: () => Promise<Readable>;
}

const CAPTURE_FILE = /\.jsonl$/i;

/**
 * Reads files, folders with all that is below them, and S3 prefixes; files of a place in the order of their names, which
 * hold the hour. Empty lines are skipped.
 *
 * @param places paths, or `s3://bucket/prefix`
 * @throws ModerationError `invalid_configuration` when a place cannot be read or holds no `.jsonl`
 */
export async function* captureLines(
  places: readonly string[],
  { signal, s3, onProgress }: CaptureOptions,
): AsyncGenerator<string> {
  const client = s3 ?? new S3Client({});
  try {
    const found = await Promise.all(places.map((place) => filesOf(place, client, signal)));
    const files = found.flat();
    for (const [index, { name, open }] of files.entries()) {
      onProgress?.(index, files.length);
      const stream = await open().catch((cause: Error) => unreadable(name, cause, signal));
      try {
        for await (const line of linesOf(stream)) {
          signal.throwIfAborted();
          if (line.trim() !== '') yield line;
        }
      } finally {
        stream.destroy();
      }
    }
    onProgress?.(files.length, files.length);
  } finally {
    if (s3 === undefined) client.destroy();
  }
}

async function filesOf(place: string, client: S3Client, signal: AbortSignal): Promise<CaptureFile[]> {
  const files = place.startsWith('s3://')
    ? await objectsOf(place, client, signal)
    : await localFiles(resolve(place));
  if (files.length > 0) return files.sort((a, b) => (a.name < b.name ? -1 : 1));
  throw new ModerationError('invalid_configuration', `${place} holds no .jsonl file of data capture.`);
}

async function localFiles(path: string): Promise<CaptureFile[]> {
  const found = await stat(path).catch((cause: Error) => unreadable(path, cause));
  const names = found.isFile()
    ? [path]
    : (await readdir(path, { recursive: true }))
        .filter((name) => CAPTURE_FILE.test(name))
        .map((name) => join(path, name));
  return names.map((name) => ({ name, open: async () => createReadStream(name) }));
}

/** Keys are `prefix/endpoint/variant/yyyy/mm/dd/hh/name.jsonl`. */
async function objectsOf(place: string, client: S3Client, signal: AbortSignal): Promise<CaptureFile[]> {
  const [, bucket, prefix = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(place) ?? [];
  if (bucket === undefined) {
    throw new ModerationError('invalid_configuration', `got ${place}, expected s3://bucket/prefix.`);
  }
  const files: CaptureFile[] = [];
  try {
    const pages = paginateListObjectsV2(
      { client },
      { Bucket: bucket, Prefix: prefix },
      { abortSignal: signal },
    );
    for await (const { Contents = [] } of pages) {
      for (const { Key = '' } of Contents) {
        if (!CAPTURE_FILE.test(Key)) continue;
        const get = () => client.send(new GetObjectCommand({ Bucket: bucket, Key }), { abortSignal: signal });
        files.push({ name: `s3://${bucket}/${Key}`, open: async () => (await get()).Body as Readable });
      }
    }
  } catch (cause) {
    unreadable(place, cause as Error, signal);
  }
  return files;
}

function unreadable(place: string, cause: Error, signal?: AbortSignal): never {
  signal?.throwIfAborted();
  const { code, name } = cause as NodeJS.ErrnoException;
  throw new ModerationError('invalid_configuration', `${place} cannot be read (${code ?? name}).`, { cause });
}
