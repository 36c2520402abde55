import { createHash } from 'node:crypto';
import { append, writeAtomically } from '../../checkpoint/atomic-file.js';
import { ModerationError } from '../../contract/errors.js';
import type { Policy } from '../../contract/policy.js';

/**
 * Writes a policy; a file that is there is replaced at once.
 *
 * @returns the SHA-256 of the file
 * @throws ModerationError `invalid_configuration` where the folder cannot be written, `resource_exhausted`
 */
export async function writePolicy(path: string, policy: Policy): Promise<string> {
  const bytes = Buffer.from(`${JSON.stringify(policy, null, 2)}\n`);
  try {
    await writeAtomically(path, (handle) => append(handle, bytes));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof ModerationError || code === undefined) throw error;
    throw new ModerationError('invalid_configuration', `${path} cannot be written (${code}).`, {
      cause: error,
    });
  }
  return createHash('sha256').update(bytes).digest('hex');
}
