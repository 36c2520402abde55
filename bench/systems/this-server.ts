import { join } from 'node:path';
import type { Pack } from '../../lib/checkpoint/pack/pack.js';
import { projectRoot } from '../project-root.js';
import { COMPILE_CACHE } from './compile-cache.js';
import { IMAGE_ENVIRONMENT } from './image-environment.js';
import type { SystemDefinition } from './system.js';

/** `moderate serve` as a user starts it, with what the container images set of malloc, V8 and its compile cache. */
export function thisServer(
  name: 'fp32' | 'int8',
  pack: Pack,
  environment: Readonly<Record<string, string>> = {},
): SystemDefinition {
  return {
    name,
    command: process.execPath,
    arguments: (port) => [
      join(projectRoot, 'dist', 'bin', 'moderate.js'),
      'serve',
      ...['--model', pack.folder, '--host', '127.0.0.1', '--port', String(port), '--device', 'cpu'],
    ],
    pack,
    environment: { ...IMAGE_ENVIRONMENT, NODE_COMPILE_CACHE: COMPILE_CACHE, ...environment },
  };
}
