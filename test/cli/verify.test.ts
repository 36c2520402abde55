import { execFile } from 'node:child_process';
import { copyFile, cp, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { tokenRows } from '../../lib/checkpoint/manifest.js';
import { hashFile } from '../../lib/checkpoint/pack/hash-file.js';
import { openPack } from '../../lib/checkpoint/pack/pack.js';
import { writeManifest } from '../../lib/checkpoint/pack/write-manifest.js';
import { openSafetensors } from '../../lib/checkpoint/safetensors/file.js';
import { convertCheckpoint } from '../../lib/convert/convert.js';
import { temporaryFolder } from '../checkpoint/support/temporary-folder.js';
import { fixture, projectRoot } from '../support/project-root.js';

const MODERATE = join(projectRoot, 'dist', 'bin', 'moderate.js');

describe('moderate verify', () => {
  let folder: string;
  let exact: string;
  let spoiled: string;

  beforeAll(async () => {
    folder = await temporaryFolder();
    [exact, spoiled] = [join(folder, 'exact'), join(folder, 'spoiled')];
    await convertCheckpoint({ checkpoint: fixture('models', 'siglip-tiny'), out: exact });
    await cp(exact, spoiled, { recursive: true });
    await spoil(spoiled);
  });

  test('passes a pack against itself, without a difference', async () => {
    const { code, report } = await verify(exact, '--count', '9');
    expect(report).toMatchObject({ passed: true, posts: 9, maxDifference: 0, flips: 0 });
    expect(report.classes).toHaveLength(5);
    expect(code).toBe(0);
  });

  test('fails a pack whose weights were spoiled, though its hashes hold', async () => {
    const { code, report } = await verify(spoiled, '--count', '9');
    expect(report.passed).toBe(false);
    expect(report.flips).toBeGreaterThan(0);
    expect(report.flipShare).toBeCloseTo(report.flips / (9 * 5));
    expect(code).toBe(1);
  });

  test('fails on a difference that is too large, though no label flips', async () => {
    const { code, report } = await verify(
      spoiled,
      '--max-flips',
      '1',
      '--max-difference',
      '0.01',
      '--count',
      '9',
    );
    expect(report.maxDifference).toBeGreaterThan(0.01);
    expect(code).toBe(1);
  });

  test('reads posts from a file, with images beside it', async () => {
    const image = 'photo.png';
    await copyFile(fixture('images', 'png-gradient.png'), join(folder, image));
    const lines = [{ text: 'a quiet morning' }, { text: 'look', image }, { image, id: 7 }];
    const items = join(folder, 'posts.jsonl');
    await writeFile(items, lines.map((line) => JSON.stringify(line)).join('\n'));
    expect((await verify(exact, '--items', items)).report).toMatchObject({ posts: 3, maxDifference: 0 });
  });

  test('names the line that is no post', async () => {
    const items = join(folder, 'broken.jsonl');
    await writeFile(items, '{"text": "fine"}\n{"id": 3}\n');
    const { code, stderr } = await verify(exact, '--items', items);
    expect(stderr).toMatch(/broken\.jsonl, line 2: expected a text, an image or both/);
    expect(code).toBe(1);
  });

  interface Run {
    readonly code: number;
    readonly stderr: string;
    readonly report: {
      passed: boolean;
      posts: number;
      flips: number;
      flipShare: number;
      maxDifference: number;
      classes: unknown[];
    };
  }

  function verify(pack: string, ...options: string[]): Promise<Run> {
    const argv = [MODERATE, 'verify', pack, '--against', exact, '--json', ...options];
    return new Promise((resolve) => {
      const child = execFile(process.execPath, argv, (_, stdout, stderr) => {
        resolve({ code: child.exitCode ?? -1, stderr, report: stdout === '' ? {} : JSON.parse(stdout) });
      });
    });
  }

  /** Overwrites a bias of the classifier and signs the result. */
  async function spoil(pack: string): Promise<void> {
    const { manifest } = await openPack(pack, { verify: true });
    const path = join(pack, manifest.weights);
    const tensor = (await openSafetensors(path)).tensors.get('cls.4.bias');
    const handle = await open(path, 'r+');
    const bias = new Uint8Array(Float32Array.of(3, -3, 3, -3, 3).buffer);
    await handle.write(bias, 0, bias.length, tensor?.byteOffset);
    await handle.close();
    const files = {
      ...manifest.files,
      [manifest.weights]: await hashFile(path, { leftOut: tokenRows(manifest) }),
    };
    await writeManifest(pack, { ...manifest, files });
  }
});
