import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convertCheckpoint } from '../../../lib/convert/convert.js';
import { fixture } from '../../support/project-root.js';

export interface TemporaryPack {
  readonly folder: string;
  remove(): Promise<void>;
}

/** Converts a fixture's checkpoint into a model pack that is removed after the tests. */
export async function packOf(model: string): Promise<TemporaryPack> {
  const parent = await mkdtemp(join(tmpdir(), 'engine-test-'));
  const folder = join(parent, 'pack');
  await convertCheckpoint({ checkpoint: fixture('models', model), out: folder });
  return { folder, remove: () => rm(parent, { recursive: true, force: true }) };
}
