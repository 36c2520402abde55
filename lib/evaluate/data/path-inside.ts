import { realpath } from 'node:fs/promises';
import { resolve, sep } from 'node:path';

/**
 * The file that a path names, if it lies in the folder, links followed: a list of posts must not send other files away.
 *
 * @param base the real path of the folder
 * @returns undefined when there is no such file or it lies elsewhere
 */
export async function pathInside(base: string, path: string): Promise<string | undefined> {
  try {
    const real = await realpath(resolve(base, path));
    return real.startsWith(base.endsWith(sep) ? base : base + sep) ? real : undefined;
  } catch {
    return undefined;
  }
}
