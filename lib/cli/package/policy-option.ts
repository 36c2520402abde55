import { resolve } from 'node:path';
import type { Pack } from '../../checkpoint/pack/pack.js';
import {
  acceptPolicy,
  findPolicyFile,
  type PolicyFile,
  readPolicyFile,
} from '../../checkpoint/policy/policy-file.js';

export const POLICY_OPTION = [
  '--policy <file>',
  'policy to add as policy.json (default: that of the pack folder, where there is one)',
] as const;

/**
 * The policy that travels with a pack, held to the pack: what no server would start with is not sent off.
 *
 * @param path what the option names
 * @throws ModerationError `policy_invalid`
 */
export async function policyOf(pack: Pack, path: string | undefined): Promise<PolicyFile | undefined> {
  const file = path === undefined ? await findPolicyFile(pack.folder) : await readPolicyFile(resolve(path));
  if (file !== undefined) acceptPolicy(file, { classNames: pack.manifest.classNames, pack: pack.hash });
  return file;
}

/** How a command tells which policy it took. */
export function describePolicy({ sha256 }: PolicyFile): string {
  return `policy ${sha256.slice(0, 12)}`;
}
