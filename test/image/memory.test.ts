import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { PATIENCE_MS } from '../support/patience.js';
import { projectRoot } from '../support/project-root.js';

const CHILD = join(projectRoot, 'dist', 'test', 'image', 'support', 'decode-in-little-memory.js');
const limitable = spawnSync('prlimit', ['--version']).status === 0;
if (!limitable) console.warn('test/image/memory: skipped, as there is no prlimit here to limit memory with');

describe('an intact image that finds no memory is not called corrupt', () => {
  (limitable ? test : test.skip).each(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'])('%s', (format) => {
    const told = execFileSync(process.execPath, [CHILD, format], { encoding: 'utf8', timeout: PATIENCE_MS });
    expect(JSON.parse(told)).toEqual([{ decoded: 16 * 16 * 3 }, { exhausted: true }]);
  });
});
