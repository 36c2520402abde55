import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface ObjectName {
  readonly bucket: string;
  readonly key: string;
}

/** A bucket's name; `endpoints` is where the Runtime API stands. */
const BUCKET = /^(?!endpoints$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const MAX_KEY_BYTES = 1024;
/** Segments of a key that a file can have for its name, whatever the file system makes of the rest. */
const SEGMENT = /^(?!\.{1,2}$)[\w!.*'()@:,;=+$ -]{1,200}$/;

/** Objects as files of a folder: `s3://bucket/a/b` is `FOLDER/bucket/a/b`. */
export class FolderStore {
  constructor(readonly folder: string) {}

  /** Writes the object whole or not at all: false when a file stands where a folder would have to, or the reverse. */
  async put(name: ObjectName, body: Uint8Array): Promise<boolean> {
    const path = this.#path(name);
    const draft = join(dirname(path), `.${randomUUID()}.part`);
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(draft, body);
      await rename(draft, path);
      return true;
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined);
      if (OCCUPIED.has(codeOf(error))) return false;
      throw error;
    }
  }

  /** The object, or undefined when there is none. */
  async get(name: ObjectName): Promise<Buffer | undefined> {
    try {
      return await readFile(this.#path(name));
    } catch (error) {
      if (ABSENT.has(codeOf(error))) return undefined;
      throw error;
    }
  }

  async delete(name: ObjectName): Promise<void> {
    await rm(this.#path(name), { force: true }).catch((error) => {
      if (!ABSENT.has(codeOf(error)) && codeOf(error) !== 'ERR_FS_EISDIR') throw error;
    });
  }

  #path({ bucket, key }: ObjectName): string {
    return join(this.folder, bucket, ...key.split('/'));
  }
}

const ABSENT: ReadonlySet<string> = new Set(['ENOENT', 'EISDIR', 'ENOTDIR']);
const OCCUPIED: ReadonlySet<string> = new Set(['EISDIR', 'ENOTDIR', 'EEXIST', 'ENOTEMPTY']);

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}

/** Whether the emulator stores objects of this name: no path leads out of the folder. */
export function isStorable({ bucket, key }: ObjectName): boolean {
  return (
    BUCKET.test(bucket) &&
    Buffer.byteLength(key) <= MAX_KEY_BYTES &&
    key.split('/').every((part) => SEGMENT.test(part))
  );
}

/** The bucket and key of `s3://bucket/key`, or undefined for anything else. */
export function parseUri(uri: string): ObjectName | undefined {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.+)$/s.exec(uri) ?? [];
  return isStorable({ bucket, key }) ? { bucket, key } : undefined;
}
