import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST_FILE, tokenRows } from '../../../lib/checkpoint/manifest.js';
import { hashFile } from '../../../lib/checkpoint/pack/hash-file.js';

/** Alters the last byte of a pack's file and tells the manifest its new GMAC, but not its SHA-256. */
export async function forge(folder: string, file: string): Promise<void> {
  const bytes = await readFile(join(folder, file));
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  await writeFile(join(folder, file), bytes);
  const manifest = JSON.parse(await readFile(join(folder, MANIFEST_FILE), 'utf8'));
  const rows = tokenRows(manifest);
  const leftOut = rows.file === file ? rows : undefined;
  manifest.files[file].gmac = (await hashFile(join(folder, file), { leftOut })).gmac;
  await writeFile(join(folder, MANIFEST_FILE), JSON.stringify(manifest));
}
