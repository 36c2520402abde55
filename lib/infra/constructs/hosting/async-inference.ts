/** What an asynchronous endpoint has beside its instances: a bucket for requests and answers, and two topics. */
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Alias } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import type { CfnEndpointConfig } from 'aws-cdk-lib/aws-sagemaker';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { Duration, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { defined } from '../defined.js';
import { acknowledgeCheckov } from '../security/acknowledge.js';
import type { ExecutionRole } from '../security/execution-role.js';
import type { AsyncHosting } from './hosting.js';
import { sharedFacts } from './instance-pool.js';

export interface AsyncInferenceProps {
  readonly hosting: AsyncHosting;
  readonly instanceTypes: readonly string[];
  readonly role: ExecutionRole;
  readonly encryptionKey: IKey | undefined;
}

export const ASYNC_PREFIXES = {
  input: 'async/input/',
  output: 'async/output/',
  failures: 'async/failures/',
} as const;

const NO_ACCESS_LOG =
  'Holds requests and answers for 30 days at most; give your own bucket where access must be logged.';

export class AsyncInference extends Construct {
  readonly bucket: IBucket;
  readonly successTopic: ITopic;
  readonly errorTopic: ITopic;
  readonly config: CfnEndpointConfig.AsyncInferenceConfigProperty;

  constructor(scope: Construct, id: string, props: AsyncInferenceProps) {
    super(scope, id);
    const { hosting, role, encryptionKey } = props;
    this.bucket = hosting.bucket ?? this.#createBucket(encryptionKey);
    this.successTopic = hosting.successTopic ?? this.#createTopic('Success', props);
    this.errorTopic = hosting.errorTopic ?? this.#createTopic('Error', props);
    role.grantReadObjects(this.bucket, ASYNC_PREFIXES.input);
    role.grantWriteObjects(this.bucket, ASYNC_PREFIXES.output, encryptionKey);
    role.grantWriteObjects(this.bucket, ASYNC_PREFIXES.failures, encryptionKey);
    if (encryptionKey !== undefined) role.grantKey(encryptionKey);
    for (const topic of [hosting.successTopic, hosting.errorTopic]) topic?.grantPublish(role.role);
    this.config = {
      clientConfig: { maxConcurrentInvocationsPerInstance: concurrency(props) },
      outputConfig: defined({
        s3OutputPath: `s3://${this.bucket.bucketName}/${ASYNC_PREFIXES.output}`,
        s3FailurePath: `s3://${this.bucket.bucketName}/${ASYNC_PREFIXES.failures}`,
        kmsKeyId: encryptionKey?.keyArn,
        notificationConfig: {
          successTopic: this.successTopic.topicArn,
          errorTopic: this.errorTopic.topicArn,
        },
      }),
    };
  }

  #createBucket(encryptionKey: IKey | undefined): IBucket {
    const bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      encryption: encryptionKey === undefined ? BucketEncryption.S3_MANAGED : BucketEncryption.KMS,
      ...(encryptionKey && { encryptionKey }),
      lifecycleRules: [
        { expiration: Duration.days(30), abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
    });
    Validations.of(bucket).acknowledge({ id: 'AwsSolutions-S1', reason: NO_ACCESS_LOG });
    acknowledgeCheckov(bucket, {
      CKV_AWS_18: NO_ACCESS_LOG,
      CKV_AWS_21: "Versions would keep users' content longer than the 30 days that its rule allows.",
    });
    // The class declares optional properties as possibly undefined, which a strict compiler tells from absent ones.
    return bucket as IBucket;
  }

  /**
   * With AWS's own key where there is no customer's: SageMaker publishes with the execution role, and that key's policy
   * lets all who may publish use it. `Topic.grantPublish` would grant it once more, on every key of the account.
   */
  #createTopic(id: string, { role, encryptionKey }: AsyncInferenceProps): Topic {
    const topic = new Topic(this, id, {
      enforceSSL: true,
      masterKey: encryptionKey ?? Alias.fromAliasName(this, `${id}Key`, 'alias/aws/sns'),
    });
    role.grantPublish(topic);
    return topic;
  }
}

function concurrency({ hosting, instanceTypes }: AsyncInferenceProps): number {
  return hosting.maxConcurrentInvocationsPerInstance ?? sharedFacts(instanceTypes)?.concurrencyTarget ?? 4;
}
