/** Copies of the small model that differ, so that each has a content hash of its own. */
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MODEL_FOLDER } from './synthesize.js';

/** A copy whose first threshold is another one, 0 to 1. */
export function alteredModel(threshold: number): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'moderation-altered-')), 'model');
  cpSync(MODEL_FOLDER, folder, { recursive: true });
  const config = join(folder, 'inference_config.json');
  writeFileSync(config, readFileSync(config, 'utf8').replace('0.75', String(threshold)));
  return folder;
}
