/** Batch transform on its own. */
import { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import { CfnOutput, Stack, Validations } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { JOB_DEFINITION_OUTPUT } from '../../contract/batch-job.js';
import { BatchTransform } from '../constructs/batch-transform.js';
import { defined } from '../constructs/defined.js';
import { acknowledgeCheckov } from '../constructs/security/acknowledge.js';
import type { EndpointStackProps } from './endpoint-stack.js';
import { imageSource, modelSource } from './sources.js';

const NO_ACCESS_LOG =
  'Holds input and output of jobs; set batchBucket to a bucket of your own where access must be logged.';

export class BatchStack extends Stack {
  constructor(scope: Construct, id: string, props: EndpointStackProps) {
    super(scope, id, props);
    const { settings } = props;
    const { instanceType, instanceCount, precision, encryptionKeyArn } = settings;
    const encryptionKey =
      encryptionKeyArn === undefined ? undefined : Key.fromKeyArn(this, 'Key', encryptionKeyArn);
    const bucket = this.#bucket(settings.batchBucket);
    const batch = new BatchTransform(this, 'Batch', {
      model: modelSource(this, 'ModelBucket', settings.model, settings.modelHash),
      image: imageSource(settings),
      bucket,
      container: defined({ precision }),
      ...defined({ instanceType, instanceCount, encryptionKey }),
    });
    new CfnOutput(this, 'BatchBucket', { value: bucket.bucketName });
    new CfnOutput(this, 'JobParameterName', { value: batch.jobParameter.parameterName });
    new CfnOutput(this, JOB_DEFINITION_OUTPUT, { value: batch.jobDefinition });
  }

  #bucket(name: string | undefined): IBucket {
    if (name !== undefined) return Bucket.fromBucketName(this, 'Bucket', name);
    const bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      encryption: BucketEncryption.S3_MANAGED,
    });
    Validations.of(bucket).acknowledge({ id: 'AwsSolutions-S1', reason: NO_ACCESS_LOG });
    acknowledgeCheckov(bucket, {
      CKV_AWS_18: NO_ACCESS_LOG,
      CKV_AWS_21:
        "Versions would keep users' content that was deleted; set batchBucket to a bucket that has them.",
    });
    // As in async-inference.ts: optional and possibly undefined differ to a strict compiler.
    return bucket as IBucket;
  }
}
