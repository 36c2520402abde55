import { listFiles, modelInfo } from '@huggingface/hub';
import { z } from 'zod';
import { quote } from '../checkpoint/findings.js';
import { ModerationError } from '../contract/errors.js';
import type { Hub } from './connection.js';
import type { Digest } from './digest.js';
import type { RepositoryReference } from './reference.js';

export interface RemoteFile {
  readonly name: string;
  readonly bytes: number;
  readonly digest: Digest;
}

/** The files at the root of a repository, pinned to a commit. */
export interface RemoteRepository extends RepositoryReference {
  /** 40 hexadecimal digits: what the revision stood for when it was asked. */
  readonly commit: string;
  readonly files: ReadonlyMap<string, RemoteFile>;
}

/** The published repositories have about ten files; a listing without end must not be followed. */
const MAX_FILES = 10_000;

const commitSchema = z.string().regex(/^[0-9a-f]{40}$/);
const bytesSchema = z.int().nonnegative();
const entrySchema = z.object({
  path: z.string(),
  size: bytesSchema,
  oid: z.string().regex(/^[0-9a-f]{40}$/),
  lfs: z.object({ oid: z.string().regex(/^[0-9a-f]{64}$/), size: bytesSchema }).nullish(),
});

/**
 * Resolves a revision to its commit and lists the files there.
 *
 * @throws ModerationError `invalid_configuration` when the hub refuses, stays out of reach, or does not answer as hubs do
 */
export async function openRepository(hub: Hub, reference: RepositoryReference): Promise<RemoteRepository> {
  const { repository, revision } = reference;
  const library = { hubUrl: hub.url, fetch: hub.fetch };
  const info = await hub.persist(() =>
    modelInfo({ name: repository, revision, additionalFields: ['sha'], ...library }),
  );
  const commit = commitSchema.safeParse(info.sha);
  if (!commit.success) throw unlikeHub(hub, `the commit of ${repository} is ${quote(info.sha)}`);
  const files = await hub.persist(async () => {
    const found = new Map<string, RemoteFile>();
    const entries = listFiles({
      repo: { type: 'model', name: repository },
      revision: commit.data,
      ...library,
    });
    for await (const entry of entries) {
      if (entry.type !== 'file') continue;
      const file = readEntry(hub, entry);
      found.set(file.name, file);
      if (found.size > MAX_FILES) throw unlikeHub(hub, `${repository} lists more than ${MAX_FILES} files`);
    }
    return found;
  });
  return { repository, revision, commit: commit.data, files };
}

function readEntry(hub: Hub, entry: unknown): RemoteFile {
  const parsed = entrySchema.safeParse(entry);
  if (!parsed.success) throw unlikeHub(hub, `a file is listed as ${quote(entry)}`);
  const { path, size, oid, lfs } = parsed.data;
  if (lfs) return { name: path, bytes: lfs.size, digest: { kind: 'sha256', hex: lfs.oid } };
  return { name: path, bytes: size, digest: { kind: 'git', hex: oid } };
}

function unlikeHub(hub: Hub, what: string): ModerationError {
  return new ModerationError(
    'invalid_configuration',
    `${hub.url} does not answer as the hub does: ${what}. Check --hub-url and HF_ENDPOINT.`,
  );
}
