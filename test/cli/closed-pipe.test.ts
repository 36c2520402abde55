import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { projectRoot } from '../support/project-root.js';

const MODERATE = join(projectRoot, 'dist', 'bin', 'moderate.js');

test.each([
  [['inspect', join(projectRoot, 'models', 'demo')], 0],
  [['serve', '--help'], 0],
  [['inspect', join(projectRoot, 'models', 'none')], 1],
])('moderate %j ends as ever when nobody reads what it says', async (argv, expected) => {
  const child = spawn(process.execPath, [MODERATE, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  if (expected !== 0) child.stderr.destroy();
  let told = '';
  child.stderr.on('data', (chunk) => {
    told += chunk;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  expect({ code, told }).toEqual({ code: expected, told: '' });
});
