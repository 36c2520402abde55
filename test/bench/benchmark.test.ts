import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Results } from '../../bench/report/results.js';
import { temporaryFolder } from '../checkpoint/support/temporary-folder.js';
import { fixture, projectRoot } from '../support/project-root.js';

test('measures a small checkpoint without the peer and writes what it found', async () => {
  const folder = await temporaryFolder();
  const { code, stdout } = await bench(
    ...['--quick', '--no-peer', '--checkpoint', fixture('models', 'siglip-tiny'), '--precision', 'fp32'],
    ...['--scenario', 'text+image,repeats', '--concurrency', '2', '--seconds', '0.2'],
    ...['--cache', join(folder, 'cache'), '--out', join(folder, 'out')],
  );
  expect(code).toBe(0);
  const results = JSON.parse(await readFile(join(folder, 'out', 'latest.json'), 'utf8')) as Results;
  const [run, ...others] = results.runs;
  expect(others).toEqual([]);
  expect(run?.windows.map(({ scenario }) => scenario)).toEqual(['text+image', 'repeats']);
  for (const window of run?.windows ?? []) {
    expect(window.itemsPerSecond).toBeGreaterThan(0);
    expect(window.errors).toBe(0);
  }
  expect(run?.startAloneMs).toBeGreaterThan(0);
  expect(run?.startMs).toBeGreaterThan(0);
  const alone = run?.windows.map((window) => window.alone);
  expect(alone?.[0]?.itemsPerSecond).toBeGreaterThan(0);
  const { text, image, head } = alone?.[0]?.batchSizes ?? {};
  expect(image).toBe(1);
  for (const mean of [text, head]) {
    expect(mean).toBeGreaterThanOrEqual(1);
    expect(mean).toBeLessThanOrEqual(2);
  }
  expect(alone?.[1]).toBeNull();
  expect(results.problems).toEqual(['The peer was left out (--no-peer).']);
  expect(`${await readFile(join(folder, 'out', 'latest.md'), 'utf8')}`).toBe(stdout);
  expect(JSON.stringify(results)).not.toContain(projectRoot);
});

function bench(...argv: string[]): Promise<{ code: number; stdout: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(projectRoot, 'dist', 'bench', 'main.js'), ...argv], (error, stdout) =>
      resolve({ code: Number(error?.code ?? 0), stdout }),
    );
  });
}
