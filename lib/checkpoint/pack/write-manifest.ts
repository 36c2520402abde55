import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { isRecord } from '../../contract/record.js';
import { append, writeAtomically } from '../atomic-file.js';
import { MANIFEST_FILE, type Manifest, manifestSchema } from '../manifest.js';

/**
 * Checks a manifest and writes it into the pack's folder, as the last file of a pack: a folder with a manifest is
 * complete.
 *
 * @returns the pack's hash
 */
export async function writeManifest(folder: string, manifest: Manifest): Promise<string> {
  const checked = manifestSchema.parse(manifest);
  await writeAtomically(join(folder, MANIFEST_FILE), (handle) =>
    append(handle, Buffer.from(`${JSON.stringify(checked, null, 2)}\n`)),
  );
  return manifestHash(checked);
}

/**
 * What identifies a pack: the SHA-256, in hex, of its manifest as compact JSON with sorted keys. The manifest holds
 * the hash of every other file, so two packs with the same hash answer alike; how the file is formatted does not count.
 */
export function manifestHash(manifest: Manifest): string {
  const canonical = JSON.stringify(manifest, (_key, value: unknown) =>
    isRecord(value) ? sortKeys(value) : value,
  );
  return createHash('sha256').update(canonical).digest('hex');
}

function sortKeys(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
