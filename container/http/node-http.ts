/**
 * Node's HTTP. An `import` of it reads every export, some of which load Node's `fetch` with all that belongs to it when
 * they are read: 65 ms of the start.
 */
import { createRequire } from 'node:module';

export const { createServer, STATUS_CODES } = createRequire(import.meta.url)(
  'node:http',
) as typeof import('node:http');
