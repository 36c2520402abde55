/** One stack for each way of hosting: for snapshots, cdk-nag and cfn-lint. */
import { type IVpc, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Stack } from 'aws-cdk-lib/core';
import { ImageSource } from '../../../lib/infra/constructs/container/image-source.js';
import { ModelSource } from '../../../lib/infra/constructs/model/model-source.js';
import { ModerationEndpoint } from '../../../lib/infra/constructs/moderation-endpoint.js';
import type { ModerationEndpointProps } from '../../../lib/infra/constructs/moderation-endpoint-props.js';
import { acknowledgeCheckov } from '../../../lib/infra/constructs/security/acknowledge.js';
import { RuntimeAccess } from '../../../lib/infra/constructs/security/runtime-access.js';
import { createStack } from '../../../lib/infra/stacks/create-stack.js';
import { IMAGE_URI, MODEL_FOLDER, newApp } from './synthesize.js';

const SETTINGS = { model: MODEL_FOLDER, image: IMAGE_URI };
const fromSettings = (context: Record<string, unknown>) => (): Stack =>
  createStack(newApp({ ...SETTINGS, ...context }));

const fromProps = (props: (stack: Stack) => Partial<ModerationEndpointProps>) => (): Stack => {
  const stack = new Stack(newApp(), 'Moderation');
  new ModerationEndpoint(stack, 'Endpoint', {
    model: ModelSource.fromPack(MODEL_FOLDER),
    image: ImageSource.fromUri(IMAGE_URI),
    ...props(stack),
  });
  return stack;
};

export const CASES: Readonly<Record<string, () => Stack>> = {
  realtime: fromSettings({ alarmEmail: 'ops@example.com', costCenter: 'trust-and-safety' }),
  'realtime-fleet': fromSettings({ minInstances: '2', maxInstances: '6', rollout: 'linear' }),
  'realtime-pool': fromSettings({
    instancePool: 'ml.g4dn.xlarge,ml.g6.xlarge,ml.g5.2xlarge',
    detailedMetrics: 'true',
    instanceMetrics: 'true',
    metricsIntervalS: '30',
  }),
  'realtime-shadow': fromSettings({ shadowModel: 'test/fixtures/models/clip-tiny' }),
  'realtime-variants': fromProps(() => ({
    hosting: {
      kind: 'realtime',
      variants: [
        { name: 'Half', model: ModelSource.fromPack(MODEL_FOLDER), container: { precision: 'fp16' } },
      ],
    },
  })),
  'realtime-hardened': hardened,
  async: fromSettings({ hosting: 'async' }),
  serverless: fromSettings({ hosting: 'serverless', precision: 'int8' }),
  'scale-to-zero': fromSettings({ hosting: 'scale-to-zero' }),
  batch: fromSettings({ hosting: 'batch' }),
  review: fromSettings({ reviewQueue: 'true', reviewBus: 'own', alarmEmail: 'ops@example.com' }),
  governance: fromSettings({ governance: 'true' }),
};

/**
 * Findings that come and go with whether account and region are known: in ARNs that are literals then. Not among the
 * cases, as its template is one of theirs.
 */
export const placed = fromSettings({
  account: '111122223333',
  region: 'eu-west-1',
  alarmEmail: 'ops@example.com',
});

const OF_THE_TEST = 'Not made by the project: the test stands in for what a user has.';

/** Customer's keys, a VPC, PrivateLink and data capture, on processors whose volumes take a key. */
function hardened(): Stack {
  const stack = new Stack(newApp(), 'Moderation');
  // CDK's Lambda for the default security group would be a finding of its own; nothing here uses that group.
  const vpc = new Vpc(stack, 'Vpc', { flowLogs: { all: {} }, restrictDefaultSecurityGroup: false }) as IVpc;
  acknowledgeCheckov(vpc.node.findChild('all').node.findChild('LogGroup'), { CKV_AWS_158: OF_THE_TEST });
  const encryptionKey = new Key(stack, 'Key', { enableKeyRotation: true });
  const logs = new Bucket(stack, 'Logs', {
    enforceSSL: true,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  });
  acknowledgeCheckov(logs, { CKV_AWS_18: OF_THE_TEST, CKV_AWS_21: OF_THE_TEST });
  const bucket = new Bucket(stack, 'Capture', {
    versioned: true,
    enforceSSL: true,
    encryptionKey,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    serverAccessLogsBucket: logs as IBucket,
  });
  const endpoint = new ModerationEndpoint(stack, 'Endpoint', {
    model: ModelSource.fromPack(MODEL_FOLDER),
    image: ImageSource.fromUri(IMAGE_URI),
    hosting: { kind: 'realtime', instanceType: 'ml.c6i.xlarge', instanceCount: 2, volumeGiB: 30 },
    security: { vpc, encryptionKey },
    dataCapture: { bucket: bucket as IBucket },
    review: { bus: 'own' },
    watch: { topic: new Topic(stack, 'Alarms', { masterKey: encryptionKey, enforceSSL: true }) },
  });
  new RuntimeAccess(stack, 'Access', { vpc, endpoints: [endpoint] });
  return stack;
}
