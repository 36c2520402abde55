import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { append, writeAtomically } from '../../lib/checkpoint/atomic-file.js';
import type { Results } from './results.js';

/** Writes latest.json and its rendering, latest.md. */
export async function writeReport(folder: string, results: Results, report: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const files = { 'latest.json': JSON.stringify(results, null, 1), 'latest.md': report };
  for (const [name, content] of Object.entries(files)) {
    await writeAtomically(join(folder, name), (handle) => append(handle, Buffer.from(`${content}\n`)));
  }
}
