import { cp, lstat, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openPack } from '../../lib/checkpoint/pack/pack.js';
import { convertCheckpoint } from '../../lib/convert/convert.js';
import { fixture } from '../support/project-root.js';

/** A folder that is surely not on the disk of the temporary folder, where there is one. */
const MEMORY = '/dev/shm';
const [disk, memory] = await Promise.all([tmpdir(), MEMORY].map((path) => stat(path).catch(() => undefined)));
const apart = disk !== undefined && memory !== undefined && disk.dev !== memory.dev;
const across = apart ? test : test.skip;

describe(`weights on another file system${apart ? '' : ` (skipped: ${MEMORY} is none here)`}`, () => {
  let checkpoint: string;
  let out: string;
  const placed = () => lstat(join(out, 'model.safetensors'));

  beforeEach(async () => {
    checkpoint = await mkdtemp(join(tmpdir(), 'weights-'));
    await cp(fixture('models', 'siglip-tiny'), checkpoint, { recursive: true });
    out = apart ? await mkdtemp(join(MEMORY, 'weights-')) : checkpoint;
  });
  afterEach(async () => {
    for (const folder of [checkpoint, out]) await rm(folder, { recursive: true, force: true });
  });

  across('are copied, so that the pack stands alone', async () => {
    await convertCheckpoint({ checkpoint, out });
    expect((await placed()).isFile()).toBe(true);
    await openPack(out, { verify: true });
  });

  across('are linked symbolically when asked', async () => {
    await convertCheckpoint({ checkpoint, out, otherwise: 'symlink' });
    expect((await placed()).isSymbolicLink()).toBe(true);
    await openPack(out, { verify: true });
  });

  across(
    'are copied all the same when they have another name: the runtime looks for the pack’s',
    async () => {
      const renamed = join(checkpoint, 'best.safetensors');
      await cp(join(checkpoint, 'model.safetensors'), renamed);
      await convertCheckpoint({ checkpoint: renamed, out, otherwise: 'symlink' });
      expect((await placed()).isFile()).toBe(true);
    },
  );
});
