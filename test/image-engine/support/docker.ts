import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe } from '@jest/globals';

/** The image under test. */
export const IMAGE = process.env['MODERATION_IMAGE'] ?? 'moderation:cpu';

const asked = process.env['MODERATION_IMAGE_TESTS'] === '1';
if (!asked) {
  process.stderr.write('Image tests are left out here: `npm run test:image` builds and tests the image.\n');
}

/** `describe` where the image is built and an engine runs; skips elsewhere, and says why. */
export function describeImage(name: string, tests: () => void): void {
  (asked ? describe : describe.skip)(name, tests);
}

export interface Finished {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** Runs the docker command to its end, whatever that is. */
export async function tryDocker(...args: string[]): Promise<Finished> {
  try {
    const { stdout, stderr } = await promisify(execFile)('docker', args, { maxBuffer: 64 * 1024 * 1024 });
    return { code: 0, out: stdout.trim(), error: stderr.trim() };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
    if (typeof code !== 'number') throw error;
    return { code, out: stdout?.trim() ?? '', error: stderr?.trim() ?? '' };
  }
}

/** What the docker command prints; throws what it complains of. */
export async function docker(...args: string[]): Promise<string> {
  const { code, out, error } = await tryDocker(...args);
  if (code !== 0) throw new Error(`docker ${args.join(' ')}: ${error || out}`);
  return out;
}
