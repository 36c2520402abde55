import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { temporaryFolder } from '../checkpoint/support/temporary-folder.js';
import { FakeHub, TOKEN } from '../hub/support/fake-hub.js';
import { publishedRepositories, SIGLIP } from '../hub/support/published.js';
import { projectRoot } from '../support/project-root.js';
import { until } from '../support/until.js';

const MODERATE = join(projectRoot, 'dist', 'bin', 'moderate.js');

let hub: FakeHub;
let out: string;
beforeEach(async () => {
  hub = await FakeHub.start(await publishedRepositories());
  out = join(await temporaryFolder(), 'siglip2');
});
afterEach(() => hub.stop());

interface Ended {
  /** Exit code, or the signal that ended it. */
  readonly code: number | string | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command in a process of its own, as people do. */
function moderate(
  args: readonly string[],
  environment: Record<string, string> = {},
  onStart?: (pid: number) => Promise<void>,
) {
  return new Promise<Ended>((resolve) => {
    const env = { ...process.env, HF_ENDPOINT: hub.url, HF_TOKEN: '', ...environment };
    const child = execFile(process.execPath, [MODERATE, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? error.signal), stdout, stderr });
    });
    if (child.pid !== undefined) void onStart?.(child.pid);
  });
}

describe('moderate pull', () => {
  test('pulls the published SigLIP model from HF_ENDPOINT by default, and says what comes next', async () => {
    const { code, stdout, stderr } = await moderate(['pull', '--out', out]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`${SIGLIP} at ${'c'.repeat(40)} (main)`);
    expect(stdout).toMatch(/model\.safetensors +2\.14 MB +downloaded/);
    expect(stdout).toMatch(/SigLIP classifier, gated-fusion head, 5 classes, 533,127 parameters/);
    expect(stdout).toContain(`moderate serve --model ${out}`);
  });

  test('--hub-url wins over HF_ENDPOINT', async () => {
    const { code } = await moderate(['pull', '--out', out, '--hub-url', hub.url], {
      HF_ENDPOINT: 'http://127.0.0.1:1',
    });
    expect(code).toBe(0);
  });

  test('sends the token of HF_TOKEN', async () => {
    await moderate(['pull', '--out', out], { HF_TOKEN: TOKEN });
    expect(new Set(hub.requests.map(({ origin, authorization }) => `${origin} ${authorization}`))).toEqual(
      new Set([`hub Bearer ${TOKEN}`, 'storage undefined']),
    );
  });

  test('Ctrl-C keeps what has arrived, and the same command goes on', async () => {
    hub.hold('model.safetensors');
    const ended = await moderate(['pull', '--out', out], {}, async (pid) => {
      await until(async () => (await readdir(out).catch(() => [])).some((name) => name.startsWith('model')));
      process.kill(pid, 'SIGINT');
    });
    expect(ended).toMatchObject({
      code: 130,
      stderr: expect.stringContaining('the same command goes on from here'),
    });
    expect((await readdir(out)).filter((name) => name.startsWith('model'))).toEqual([
      expect.stringMatching(/\.partial$/),
    ]);
    hub.hold(undefined);
    expect((await moderate(['pull', '--out', out])).code).toBe(0);
  });

  test('--list names the published models and what is not verified', async () => {
    const { code, stdout } = await moderate(['pull', '--list']);
    expect(code).toBe(0);
    expect(stdout).toContain(SIGLIP);
    expect(stdout).toContain('not verified');
    expect(hub.requests).toEqual([]);
  });

  test('without --out it is a wrong call', async () => {
    expect(await moderate(['pull'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("'--out <dir>'"),
    });
  });

  test('a refusal is told on stderr with exit code 1', async () => {
    const { code, stderr } = await moderate(['pull', 'nobody/nothing', '--out', out]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/does not exist: check its name, or set HF_TOKEN\. \[invalid_configuration\]/);
  });
});
