import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { availableCores } from '../../lib/engine/available-cores.js';

describe('the available cores', () => {
  const machine = availableParallelism();
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'engine-test-'));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each([
    ['a quota of one core', '100000 100000\n', 1],
    ['a quota of a part of a core', '50000 100000\n', 1],
    ['a quota beyond the machine', `${(machine + 8) * 100_000} 100000\n`, machine],
    ['no quota', 'max 100000\n', machine],
    ['nonsense', 'what?\n', machine],
  ])('with %s', async (_case, content, cores) => {
    const file = join(folder, 'cpu.max');
    await writeFile(file, content);
    expect(availableCores(file)).toBe(cores);
  });

  test('without control groups are those of the machine', () => {
    expect(availableCores(join(folder, 'missing'))).toBe(machine);
  });
});
