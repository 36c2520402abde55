import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { convertCheckpoint } from '../../lib/convert/convert.js';
import { fixture } from '../support/project-root.js';
import { Container, type RunOptions } from './support/container.js';
import { describeImage } from './support/docker.js';
import { CHECKPOINT } from './support/posts.js';

describeImage('a container that cannot serve ends soon, with one line that says why:', () => {
  let folder: string;
  let container: Container | undefined;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'image-engine-'));
    await convertCheckpoint({ checkpoint: CHECKPOINT, out: join(folder, 'altered') });
    const weights = join(folder, 'altered', 'model.safetensors');
    const bytes = await readFile(weights);
    bytes.writeUInt8(bytes.readUInt8(bytes.byteLength - 1) ^ 1, bytes.byteLength - 1);
    // The weights are the fixture's own file, linked.
    await rm(weights);
    await writeFile(weights, bytes);
    await cp(join(folder, 'altered'), join(folder, 'truncated'), { recursive: true });
    await writeFile(join(folder, 'truncated', 'model.safetensors'), bytes.subarray(0, 5000));
    await cp(CHECKPOINT, join(folder, 'checkpoint'), { recursive: true });
    await writeFile(join(folder, 'checkpoint', 'model.safetensors'), bytes.subarray(0, 5000));
  });
  afterEach(() => container?.remove());
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each<[string, () => RunOptions, string, RegExp]>([
    ['no model', () => ({}), 'invalid_configuration', /^\/opt\/ml\/model holds no model\. It is empty/],
    [
      'no folder',
      () => ({ flags: ['--env', 'MODERATION_MODEL_DIR=/nowhere'] }),
      'invalid_configuration',
      /^\/nowhere does not exist/,
    ],
    [
      'a pack with one altered bit',
      () => ({ model: join(folder, 'altered') }),
      'pack_invalid',
      /model\.safetensors has GMAC/,
    ],
    [
      'a truncated pack',
      () => ({ model: join(folder, 'truncated') }),
      'pack_invalid',
      /model\.safetensors has 5000 bytes, the manifest says/,
    ],
    [
      'a truncated checkpoint',
      () => ({ model: join(folder, 'checkpoint') }),
      'checkpoint_invalid',
      /5000|trunc|beyond/,
    ],
    [
      'a checkpoint whose pack does not fit into the scratch folder',
      // Half-precision weights are widened into a file of their own.
      () => ({ model: fixture('models', 'siglip-bf16'), flags: ['--read-only', '--shm-size', '64k'] }),
      'resource_exhausted',
      /does not fit into \/dev\/shm.*Set MODERATION_SCRATCH_DIR/,
    ],
    [
      'a scratch folder that is read-only',
      () => ({ model: CHECKPOINT, flags: ['--read-only', '--env', 'MODERATION_SCRATCH_DIR=/srv'] }),
      'invalid_configuration',
      /no scratch folder can be written: \/srv \(EROFS\)/,
    ],
  ])('%s', async (_, options, code, message) => {
    container = await Container.serve(options());
    expect(await container.exit()).toBe(1);
    const fatal = (await container.logs()).filter(({ level }) => level === 'fatal');
    expect(fatal).toEqual([expect.objectContaining({ code, message: expect.stringMatching(message) })]);
  });
});
