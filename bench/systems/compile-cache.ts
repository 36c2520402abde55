import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../project-root.js';

const run = promisify(execFile);

/** What the images set NODE_COMPILE_CACHE to, in its place here. */
export const COMPILE_CACHE = join(projectRoot, 'dist', 'compile-cache');

/** Does what the build of an image does. Before version 22.1, Node.js has no such cache, and nothing happens. */
export async function fillCompileCache(signal: AbortSignal): Promise<void> {
  const script = join(projectRoot, 'scripts', 'fill-compile-cache.mjs');
  await run(process.execPath, [script, join(projectRoot, 'dist')], {
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
    signal,
  });
}
