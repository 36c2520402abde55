/** Where the model comes from, and how SageMaker gets it. */

import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import type { CfnModel } from 'aws-cdk-lib/aws-sagemaker';
import { Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { warnOfPrefix } from '../collected-assets.js';
import { check, fails } from '../rules.js';
import { listModelFiles, type ModelFiles } from './model-files.js';
import { stageFiles, stageTarball } from './stage-model.js';

/**
 * `files`: an uncompressed prefix, which skips packing and unpacking, so instances start sooner. `tarball`: one tar.gz,
 * which batch transform, serverless and multi-model endpoints require.
 */
export type Packaging = 'files' | 'tarball';

/** A model in S3, ready to be named in a template. */
export interface BoundModel {
  readonly packaging: Packaging;
  readonly bucket: IBucket;
  /** Key of the tar.gz, or prefix that ends with `/`. */
  readonly key: string;
  /** The files behind it, where they are on this machine. */
  readonly files: ModelFiles | undefined;
  /**
   * The key of every object, where `cdk deploy` uploads them. The template names them, as tools that clean up the bootstrap
   * bucket look there for what is used.
   */
  readonly objectKeys: readonly string[];
}

/** A model pack or checkpoint: on this machine or in S3. */
export abstract class ModelSource {
  /**
   * A folder on this machine, uploaded by `cdk deploy`. It holds a model pack, or a checkpoint, which the container
   * converts at its start. The key in S3 holds the content hash: another model or threshold rolls out, the same does not.
   *
   * @param folder absolute, or relative to the working directory
   */
  static fromPack(folder: string): ModelSource {
    return new LocalModel(folder);
  }

  /**
   * A tar.gz in S3 whose root holds the model's files.
   *
   * @param hash its content hash, hex, 8 characters or more. The key must hold it: SageMaker reads a model only when
   * the template changes, so a new model under an old key would never roll out.
   */
  static fromTarball(bucket: IBucket, key: string, hash: string): ModelSource {
    return new StoredModel('tarball', bucket, key, hash);
  }

  /**
   * A prefix in S3 that holds the model's files, uncompressed. Real-time and asynchronous endpoints only.
   *
   * @param prefix ends with `/`
   * @param hash content hash, as for {@link ModelSource.fromTarball}; the prefix must hold it
   */
  static fromPrefix(bucket: IBucket, prefix: string, hash: string): ModelSource {
    return new StoredModel('files', bucket, prefix, hash);
  }

  /**
   * Makes the model available to a stack.
   *
   * @throws ModerationError `invalid_configuration` when the source cannot be had in this packaging
   */
  abstract bind(scope: Construct, packaging: Packaging): BoundModel;
}

class LocalModel extends ModelSource {
  constructor(private readonly folder: string) {
    super();
  }

  override bind(scope: Construct, packaging: Packaging): BoundModel {
    const files = listModelFiles(this.folder);
    const { bucketName, ...staged } =
      packaging === 'files' ? stageFiles(scope, files) : stageTarball(scope, files);
    return { packaging, bucket: Bucket.fromBucketName(scope, 'Bucket', bucketName), files, ...staged };
  }
}

class StoredModel extends ModelSource {
  constructor(
    private readonly stored: Packaging,
    private readonly bucket: IBucket,
    private readonly key: string,
    hash: string,
  ) {
    super();
    const name = stored === 'files' ? 'prefix' : 'key';
    const ending = stored === 'files' ? '/' : '.tar.gz';
    check('model source', [
      {
        broken: fails(hash, (known) => /^[0-9a-f]{8,64}$/.test(known)),
        problem: `hash is ${JSON.stringify(hash)}; expected 8 to 64 hex digits.`,
      },
      {
        broken: fails(key, (known) => Token.isUnresolved(hash) || known.includes(hash)),
        problem: `${name} ${JSON.stringify(key)} does not hold the hash ${JSON.stringify(hash)}; put it in, so that another model has another ${name}.`,
      },
      {
        broken: fails(key, (known) => known.endsWith(ending)),
        problem: `${name} is ${JSON.stringify(key)}; expected it to end with ${ending}.`,
      },
    ]);
  }

  override bind(scope: Construct, packaging: Packaging): BoundModel {
    if (packaging === 'files') warnOfPrefix(scope, this.bucket.bucketName, this.key);
    check('model source', [
      {
        broken: packaging !== this.stored,
        problem:
          packaging === 'tarball'
            ? 'This way of hosting reads only a tar.gz; use ModelSource.fromTarball or fromPack.'
            : 'This way of hosting reads a prefix; use ModelSource.fromPrefix or fromPack.',
      },
    ]);
    return { packaging, bucket: this.bucket, key: this.key, files: undefined, objectKeys: [] };
  }

  /** What the source is stored as. */
  get packaging(): Packaging {
    return this.stored;
  }
}

/** The packaging to ask a source for: uncompressed where both it and the hosting can. */
export function packagingOf(source: ModelSource, needed: 'tarball' | 'any'): Packaging {
  if (needed === 'tarball') return 'tarball';
  return source instanceof StoredModel ? source.packaging : 'files';
}

/** The part of a container definition that names the model. */
export function modelData(
  model: BoundModel,
): Pick<CfnModel.ContainerDefinitionProperty, 'modelDataUrl' | 'modelDataSource'> {
  const s3Uri = `s3://${model.bucket.bucketName}/${model.key}`;
  if (model.packaging === 'tarball') return { modelDataUrl: s3Uri };
  return { modelDataSource: { s3DataSource: { s3Uri, s3DataType: 'S3Prefix', compressionType: 'None' } } };
}
