import { join } from 'node:path';
import { z } from 'zod';
import { append, writeAtomically } from '../checkpoint/atomic-file.js';
import { readSmallText } from '../checkpoint/small-text.js';
import { digestSchema } from './digest.js';

/** Written beside the files of a checkpoint that was pulled: where each came from, to the commit. */
export const PULL_RECORD_FILE = 'pull.json';

const sourceSchema = z.object({
  repository: z.string(),
  /** What was asked for: a branch, a tag or a commit. */
  revision: z.string(),
  /** What that was at the time. */
  commit: z.string().regex(/^[0-9a-f]{40}$/),
});

export const pullRecordSchema = z.object({
  format: z.literal(1),
  /** Address of the hub. */
  hub: z.string(),
  checkpoint: sourceSchema,
  /** Null when the checkpoint's repository had everything. */
  encoder: sourceSchema.nullable(),
  /** By the file's name in this folder. */
  files: z.record(
    z.string(),
    z.object({
      from: z.enum(['checkpoint', 'encoder']),
      bytes: z.int().nonnegative(),
      /** As the hub lists it, and as it was checked. */
      digest: digestSchema,
    }),
  ),
});

export type PullRecord = z.infer<typeof pullRecordSchema>;

export async function writePullRecord(folder: string, record: PullRecord): Promise<void> {
  const text = `${JSON.stringify(record, null, 2)}\n`;
  await writeAtomically(join(folder, PULL_RECORD_FILE), (handle) => append(handle, Buffer.from(text)));
}

/** The record of a folder; undefined where there is none, or none that can be read. */
export async function readPullRecord(folder: string): Promise<PullRecord | undefined> {
  try {
    const text = await readSmallText(join(folder, PULL_RECORD_FILE), 1024 * 1024);
    return pullRecordSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // provenance only: nothing depends on it
  }
}
