import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { openPack } from '../../checkpoint/pack/pack.js';
import { fromCheckout } from '../package/from-checkout.js';
import { describePolicy, POLICY_OPTION, policyOf } from '../package/policy-option.js';
import { parseS3Location } from '../package/s3-location.js';
import type { Packaging } from '../package/upload-pack.js';
import { untilInterrupted } from '../terminal/interrupt.js';
import { startProgress } from '../terminal/progress.js';

interface UploadCommandOptions {
  as: Packaging;
  policy?: string;
}

export function define(command: Command): void {
  command
    .argument('<pack>', 'folder of a model pack')
    .argument('<destination>', 's3://bucket/prefix')
    .addOption(
      new Option('--as <packaging>', 'one model.tar.gz, or the files under a prefix')
        .choices(['tar', 'files'] satisfies Packaging[])
        .default('tar'),
    )
    .option(...POLICY_OPTION)
    .addHelpText(
      'after',
      `
Verifies the pack and uploads it under a key that holds its hash and that of its policy; what is there already
is not sent again.
Prints the location for the model's ModelDataUrl. Region and credentials come from the environment, as for every AWS
tool. An endpoint starts faster from files; batch transform and serverless endpoints need the tar.

Examples:
  moderate upload models/pack s3://my-bucket/moderation
  moderate upload models/pack s3://my-bucket/moderation --as files
  moderate upload models/pack s3://my-bucket/moderation --policy policy.json`,
    )
    .action(upload);
}

async function upload(folder: string, destination: string, options: UploadCommandOptions): Promise<void> {
  const to = parseS3Location(destination);
  const { uploadPack } = await fromCheckout('upload', () => import('../package/upload-pack.js'));
  const verifying = startProgress('verifying');
  const sending = startProgress('uploading');
  await untilInterrupted(async (signal) => {
    const pack = await openPack(resolve(folder), { verify: true, onProgress: verifying.update, signal });
    verifying.stop();
    const policy = await policyOf(pack, options.policy);
    const { uri, sent } = await uploadPack(pack, to, {
      as: options.as,
      policy,
      onProgress: sending.update,
      signal,
    });
    sending.stop();
    if (policy) console.error(`with the ${describePolicy(policy)}`);
    if (!sent) console.error('The same pack is there already; nothing was sent.');
    console.log(uri);
  }).finally(() => {
    verifying.stop();
    sending.stop();
  });
}
