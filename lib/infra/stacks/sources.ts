/** Model and image sources from the app's settings. */
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { ModerationError } from '../../contract/errors.js';
import { ImageSource } from '../constructs/container/image-source.js';
import { defined } from '../constructs/defined.js';
import { ModelSource } from '../constructs/model/model-source.js';
import type { AppContext } from './app-context.js';

const S3_ADDRESS = /^s3:\/\/([^/]+)\/(.+)$/;

/** A folder on this machine, a prefix (ending with `/`) or a tar.gz in S3. */
export function modelSource(
  scope: Construct,
  id: string,
  model: string,
  hash: string | undefined,
): ModelSource {
  if (!model.startsWith('s3://')) return ModelSource.fromPack(model);
  const [, bucketName, key] = S3_ADDRESS.exec(model) ?? [];
  if (bucketName === undefined || key === undefined || hash === undefined) {
    throw new ModerationError(
      'invalid_configuration',
      `The model ${model} needs an address s3://bucket/key and its content hash, which the key holds: set modelHash or shadowHash.`,
    );
  }
  const bucket = Bucket.fromBucketName(scope, id, bucketName);
  return key.endsWith('/')
    ? ModelSource.fromPrefix(bucket, key, hash)
    : ModelSource.fromTarball(bucket, key, hash);
}

export function imageSource({ image, buildArgs, buildNetwork, buildOutput }: AppContext): ImageSource {
  return image === 'project'
    ? ImageSource.fromProject(defined({ buildArgs, buildNetwork, buildOutput }))
    : ImageSource.fromUri(image);
}
