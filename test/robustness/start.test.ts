import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { convertCheckpoint } from '../../lib/convert/convert.js';
import { forge } from '../engine/support/forge.js';
import { PATIENCE_MS } from '../support/patience.js';
import { projectRoot } from '../support/project-root.js';

const DEMO = join(projectRoot, 'models', 'demo');
const MODERATE = join(projectRoot, 'dist', 'bin', 'moderate.js');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'robustness-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Ending {
  readonly status: number | null;
  readonly signal: string | null;
  readonly logs: Record<string, unknown>[];
  readonly stderr: string;
}

/** Runs `moderate serve` in a shell after `limits`, until it ends by itself. */
function serve(
  model: string,
  environment: Record<string, string> = {},
  limits = 'true',
  prefix: string[] = [],
): Ending {
  const command = [
    ...prefix,
    'bash',
    '-c',
    `${limits} && exec "$@"`,
    'bash',
    process.execPath,
    MODERATE,
    'serve',
  ];
  const [program = '', ...args] = [...command, '--model', model, '--port', '0'];
  const env = { PATH: process.env['PATH'], ...environment };
  const { status, signal, stdout, stderr } = spawnSync(program, args, {
    env,
    encoding: 'utf8',
    timeout: PATIENCE_MS,
  });
  const lines = stdout.split('\n').filter((line) => line !== '');
  return { status, signal, logs: lines.map((line) => JSON.parse(line)), stderr };
}

function expectRefused(ending: Ending, code: string, message: RegExp): void {
  expect(ending).toMatchObject({ status: 1, signal: null });
  const fatal = ending.logs.filter(({ level }) => level === 'fatal');
  expect(fatal).toEqual([expect.objectContaining({ code, message: expect.stringMatching(message) })]);
  expect(ending.logs.map((line) => line['message'])).not.toContain('ready');
}

/** A mount namespace of one's own, so that a small file system needs no privilege of the machine. */
const NAMESPACE = ['unshare', '--user', '--map-root-user', '--mount'];
const mountable =
  process.platform === 'linux' &&
  spawnSync('unshare', [...NAMESPACE.slice(1), 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;

describe('a server that cannot start says why and ends', () => {
  (mountable ? test : test.skip)('when the disk is full while the checkpoint is converted', () => {
    const mount = `mount -t tmpfs -o size=300k tmpfs ${folder}`;
    const environment = { MODERATION_SCRATCH_DIR: folder, MODERATION_PRECISION: 'fp16' };
    const ending = serve(DEMO, environment, mount, NAMESPACE);
    expectRefused(ending, 'resource_exhausted', /does not fit into .* Set MODERATION_SCRATCH_DIR/);
  });

  // How far it gets is the machine's affair: where V8 or the loader of libraries is refused first, the process ends
  // without a word of ours.
  (process.platform === 'linux' ? test : test.skip)('when memory runs out while the model is loaded', () => {
    const { status, signal, logs } = serve(DEMO, {}, 'ulimit -c 0 && ulimit -d 220000');
    expect(status !== 0 || signal !== null).toBe(true);
    expect(logs.map((line) => line['message'])).not.toContain('ready');
    const told = logs.filter(({ level }) => level === 'fatal').map(({ code }) => code);
    if (signal === null && status === 1) expect(told).toEqual(['resource_exhausted']);
    else expect(told).toEqual([]);
  });

  describe('when its pack', () => {
    let pack: string;
    beforeEach(async () => {
      pack = join(folder, 'pack');
      const made = join(folder, 'made');
      await convertCheckpoint({ checkpoint: DEMO, out: made });
      await cp(made, pack, { recursive: true, dereference: true });
    });

    test.each<[string, (weights: string) => Promise<void>]>([
      [
        'has one bit changed',
        async (weights) => {
          const bytes = await readFile(weights);
          bytes.writeUInt8(bytes.readUInt8(bytes.length - 7) ^ 4, bytes.length - 7);
          await writeFile(weights, bytes);
        },
      ],
      ['is cut short', (weights) => truncate(weights, 1000)],
      ['lacks a file', (weights) => rm(weights)],
      [
        'has a folder where a file should be',
        async (weights) => {
          await rm(weights);
          await mkdir(weights);
        },
      ],
    ])('%s', async (_, spoil) => {
      await spoil(join(pack, 'model.safetensors'));
      expectRefused(serve(pack), 'pack_invalid', /model\.safetensors/);
    });

    test('was altered together with its quick checksum, which SHA-256 tells just after the start', async () => {
      await forge(pack, 'model.safetensors');
      const ending = serve(pack);
      expect(ending).toMatchObject({ status: 1, signal: null });
      expect(ending.logs.filter(({ level }) => level === 'fatal')).toEqual([
        expect.objectContaining({
          code: 'pack_invalid',
          message: expect.stringMatching(/model\.safetensors has SHA-256/),
        }),
      ]);
    });

    test('has a manifest that is no JSON', async () => {
      await writeFile(join(pack, 'manifest.json'), '{');
      expectRefused(serve(pack), 'pack_invalid', /manifest\.json/);
    });
  });
});
