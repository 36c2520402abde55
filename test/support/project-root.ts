import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's folder. Tests run compiled, from dist/test/support. */
export const projectRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/** The path of a committed fixture. */
export function fixture(...parts: string[]): string {
  return join(projectRoot, 'test', 'fixtures', ...parts);
}
