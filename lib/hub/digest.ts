import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { z } from 'zod';

/**
 * What a file's content is checked against. `sha256`: of the content, for files in large-file storage. `git`: the SHA-1
 * of git's blob, that is of `blob SIZE\0` and the content, for all others.
 */
export const digestSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('sha256'), hex: z.string().regex(/^[0-9a-f]{64}$/) }),
  z.strictObject({ kind: z.literal('git'), hex: z.string().regex(/^[0-9a-f]{40}$/) }),
]);

export type Digest = z.infer<typeof digestSchema>;

/** A hash of the digest's kind, of a content of `bytes` bytes that is fed to it next. */
export function startDigest({ kind }: Digest, bytes: number): Hash {
  return kind === 'sha256' ? createHash('sha256') : createHash('sha1').update(`blob ${bytes}\0`);
}

/** Feeds a file's content to a hash. Rejects with the file system's error, or the signal's reason. */
export async function feedFile(hash: Hash, path: string, signal?: AbortSignal): Promise<void> {
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024, signal })) {
    hash.update(chunk as Buffer);
  }
}
