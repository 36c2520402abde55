import { resolve } from 'node:path';
import type { Command } from 'commander';
import { openPack } from '../../checkpoint/pack/pack.js';
import { fromCheckout } from '../package/from-checkout.js';
import { describePolicy, POLICY_OPTION, policyOf } from '../package/policy-option.js';
import { untilInterrupted } from '../terminal/interrupt.js';
import { startProgress } from '../terminal/progress.js';

interface PackageOptions {
  out: string;
  policy?: string;
}

export function define(command: Command): void {
  command
    .argument('<pack>', 'folder of a model pack')
    .requiredOption('--out <file>', 'archive to write, usually model.tar.gz')
    .option(...POLICY_OPTION)
    .addHelpText(
      'after',
      `
Verifies the pack, then writes it as one gzipped tar and its SHA-256 beside it. The same pack and policy give
the same bytes.

Examples:
  moderate package models/pack --out model.tar.gz
  moderate package models/pack --policy policy.json --out model.tar.gz`,
    )
    .action(packagePack);
}

async function packagePack(folder: string, options: PackageOptions): Promise<void> {
  const { writeArchive } = await fromCheckout('package', () => import('../package/write-archive.js'));
  const verifying = startProgress('verifying');
  const packing = startProgress('packing');
  await untilInterrupted(async (signal) => {
    const pack = await openPack(resolve(folder), { verify: true, onProgress: verifying.update, signal });
    verifying.stop();
    const policy = await policyOf(pack, options.policy);
    const { bytes, sha256 } = await writeArchive(pack, resolve(options.out), {
      policy,
      onProgress: packing.update,
      signal,
    });
    packing.stop();
    const what = [`pack ${pack.hash.slice(0, 12)}`, ...(policy ? [describePolicy(policy)] : [])].join(', ');
    console.log(`${options.out}: ${(bytes / 1e6).toFixed(1)} MB, ${what}\nsha256 ${sha256}`);
  }).finally(() => {
    verifying.stop();
    packing.stop();
  });
}
