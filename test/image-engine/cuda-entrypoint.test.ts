import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { projectRoot } from '../support/project-root.js';

const SCRIPT = join(projectRoot, 'container', 'cuda-entrypoint.sh');
const proprietary = (version: string) =>
  `NVRM version: NVIDIA UNIX x86_64 Kernel Module  ${version}  Sun Feb 25 10:27:11 UTC 2024\nGCC version:  gcc version 7.3.1 20180712 (Red Hat 7.3.1-17) (GCC)\n`;
const open = (version: string) =>
  `NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  ${version}  Release Build  (builder@host)  Mon Nov 4 2024\nGCC version:  gcc version 11.4.1\n`;

describe('the entry point of the gpu image', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cuda-entrypoint-'));
    // Stands in for node: tells what it was called with.
    const script = '#!/bin/sh\necho "path=$(printenv LD_LIBRARY_PATH || echo unset) arguments=$*"\n';
    await writeFile(join(folder, 'node'), script, { mode: 0o755 });
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function start(driver: string | null, compat: string | null, environment = {}) {
    if (driver !== null) await writeFile(join(folder, 'version'), driver);
    await mkdir(join(folder, 'compat'));
    if (compat !== null) {
      await writeFile(join(folder, 'compat', `libcuda.so.${compat}`), '');
      await symlink(`libcuda.so.${compat}`, join(folder, 'compat', 'libcuda.so.1'));
    }
    const { PATH } = process.env;
    const { stdout } = await promisify(execFile)('sh', [SCRIPT, 'serve', '--port', '8080'], {
      env: {
        PATH,
        MODERATION_NODE: join(folder, 'node'),
        MODERATION_DRIVER_FILE: join(folder, 'version'),
        MODERATION_CUDA_COMPAT: join(folder, 'compat'),
        ...environment,
      },
    });
    const lines = stdout.trim().split('\n');
    expect(lines.at(-1)).toMatch(/ arguments=\/opt\/moderation\/dist\/bin\/moderate\.js serve --port 8080$/);
    return { path: /^path=(\S*)/.exec(lines.at(-1) ?? '')?.[1], log: lines.slice(0, -1) };
  }

  test.each<[string, string]>([
    ['470, the default of SageMaker', proprietary('470.256.02')],
    ['535', proprietary('535.183.01')],
    ['550, open kernel module', open('550.163.01')],
    ['a patch release older than the libraries', proprietary('570.86.09')],
  ])('uses the compatibility libraries with driver %s', async (_, driver) => {
    const { path, log } = await start(driver, '570.124.06');
    expect(path).toBe(join(folder, 'compat'));
    expect(log.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        compatibility: '570.124.06',
      }),
    ]);
  });

  test.each<[string, string | null, string | null]>([
    ['the driver is newer', open('580.95.05'), '570.124.06'],
    ['the driver is the same', proprietary('570.124.06'), '570.124.06'],
    ['there is no driver', null, '570.124.06'],
    ['the driver’s version cannot be read', 'nothing of use\n', '570.124.06'],
    ['there are no compatibility libraries', proprietary('470.256.02'), null],
  ])('leaves the library path alone when %s', async (_, driver, compat) => {
    expect(await start(driver, compat)).toEqual({ path: 'unset', log: [] });
  });

  test('keeps a library path that is set', async () => {
    const { path } = await start(proprietary('535.183.01'), '570.124.06', { LD_LIBRARY_PATH: '/a:/b' });
    expect(path).toBe(`${join(folder, 'compat')}:/a:/b`);
  });

  test('obeys SAGEMAKER_CUDA_COMPAT_DISABLED', async () => {
    const environment = { SAGEMAKER_CUDA_COMPAT_DISABLED: 'true' };
    expect((await start(proprietary('470.256.02'), '570.124.06', environment)).path).toBe('unset');
  });
});
