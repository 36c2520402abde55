import { join } from 'node:path';
import type { Pack } from '../../lib/checkpoint/pack/pack.js';
import { projectRoot } from '../project-root.js';
import { IMAGE_ENVIRONMENT } from './image-environment.js';
import type { SystemDefinition } from './system.js';

/** `moderate serve` as a user starts it, with the settings of memory that the container images make. */
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
    environment: { ...IMAGE_ENVIRONMENT, ...environment },
  };
}
