import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's folder. The benchmark runs compiled, from dist/bench. */
export const projectRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
