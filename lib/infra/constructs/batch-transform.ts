/** What a batch transform job needs beforehand: a model, a role, and the job's description, kept where a tool finds it. */

import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Stack, Token } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { type BatchJob, JSON_LINES_JOB } from '../../contract/batch-job.js';
import { DEFAULT_INSTANCE_TYPE, instanceFacts } from '../../sagemaker/instance-types.js';
import { type ContainerOptions, containerEnvironment } from './container/container-environment.js';
import type { ImageSource, ImageTarget } from './container/image-source.js';
import { targetFor } from './container/target-for.js';
import { defined } from './defined.js';
import type { ModelSource } from './model/model-source.js';
import { ModerationModel } from './model/moderation-model.js';
import { check, disagree, fails, within } from './rules.js';
import { ExecutionRole } from './security/execution-role.js';

export interface BatchTransformProps {
  readonly model: ModelSource;
  readonly image: ImageSource;
  /** Holds the input and takes the output. */
  readonly bucket: IBucket;
  /** Read from here; ends with `/`. @default batch/input/ */
  readonly inputPrefix?: string;
  /** Written to here; ends with `/`. @default batch/output/ */
  readonly outputPrefix?: string;
  /** @default ml.g4dn.xlarge */
  readonly instanceType?: string;
  /** 1 or more. @default 1 */
  readonly instanceCount?: number;
  /** Joined lines of one request, 1 to 100 MB. @default 6 */
  readonly maxPayloadMb?: number;
  /** Requests at a time per instance; times maxPayloadMb at most 100. @default 4 */
  readonly maxConcurrentTransforms?: number;
  readonly container?: ContainerOptions;
  /** Encrypts the output. Batch transform accepts no key for volumes of types with local storage. @default - none */
  readonly encryptionKey?: IKey;
}

/**
 * CloudFormation has no transform jobs, as a job runs once. The description is a CreateTransformJob request without the
 * job's name, in a parameter of Systems Manager and in an output, so that `cdk deploy --outputs-file` writes a file that
 * `moderate batch --job-definition` reads; it fills in the name, the input and the output.
 */
export class BatchTransform extends Construct {
  readonly model: ModerationModel;
  readonly jobParameter: StringParameter;
  /** The description, as JSON. */
  readonly jobDefinition: string;

  constructor(scope: Construct, id: string, props: BatchTransformProps) {
    super(scope, id);
    checkProps(props);
    const { bucket, container = {}, encryptionKey } = props;
    const { inputPrefix, outputPrefix } = filled(props);
    const target = targetOf(props);
    const role = new ExecutionRole(this, 'ExecutionRole', { vpc: false });
    role.grantReadObjects(bucket, inputPrefix);
    role.grantListObjects(bucket, inputPrefix);
    role.grantWriteObjects(bucket, outputPrefix, encryptionKey);
    this.model = new ModerationModel(this, 'Model', {
      model: props.model.bind(new Construct(this, 'ModelFiles'), 'tarball'),
      image: props.image.bind(this, target),
      environment: {
        ...containerEnvironment(container, target === 'gpu' ? 'cuda' : 'cpu'),
        // The image decides by the driver whether it needs the compatibility libraries; SageMaker must not mount its own.
        ...(target === 'gpu' && { SAGEMAKER_CUDA_COMPAT_DISABLED: 'true' }),
      },
      role,
      networkIsolation: true,
    });
    const definition = Stack.of(this).toJsonString(jobDescription(props, this.model.modelName));
    this.jobParameter = new StringParameter(this, 'Job', {
      description: 'CreateTransformJob request without its name; moderate batch starts it',
      stringValue: definition,
    });
    this.jobDefinition = definition;
  }
}

function filled(props: BatchTransformProps) {
  return {
    instanceType: props.instanceType ?? DEFAULT_INSTANCE_TYPE,
    inputPrefix: props.inputPrefix ?? 'batch/input/',
    outputPrefix: props.outputPrefix ?? 'batch/output/',
    maxPayloadMb: props.maxPayloadMb ?? JSON_LINES_JOB.MaxPayloadInMB,
    maxConcurrentTransforms: props.maxConcurrentTransforms ?? JSON_LINES_JOB.MaxConcurrentTransforms,
  };
}

/** An instance type that is known only at deployment takes the target that the image was made for. */
function targetOf(props: BatchTransformProps): ImageTarget {
  return props.image.target ?? targetFor(instanceFacts(filled(props).instanceType));
}

/** JSON Lines in, JSON Lines out: records are joined to requests, and answers are split again. */
function jobDescription(props: BatchTransformProps, modelName: string): BatchJob {
  const { BatchStrategy, ContentType, SplitType, Accept, AssembleWith, gpuAmi } = JSON_LINES_JOB;
  const { InvocationsTimeoutInSeconds, InvocationsMaxRetries } = JSON_LINES_JOB;
  const { bucket, encryptionKey } = props;
  const { instanceType, inputPrefix, outputPrefix, maxPayloadMb, maxConcurrentTransforms } = filled(props);
  return {
    ModelName: modelName,
    MaxConcurrentTransforms: maxConcurrentTransforms,
    MaxPayloadInMB: maxPayloadMb,
    BatchStrategy,
    ModelClientConfig: { InvocationsTimeoutInSeconds, InvocationsMaxRetries },
    TransformInput: {
      DataSource: {
        S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${bucket.bucketName}/${inputPrefix}` },
      },
      ContentType,
      SplitType,
    },
    TransformOutput: defined({
      S3OutputPath: `s3://${bucket.bucketName}/${outputPrefix}`,
      Accept,
      AssembleWith,
      KmsKeyId: encryptionKey?.keyArn,
    }),
    TransformResources: defined({
      InstanceType: instanceType,
      InstanceCount: props.instanceCount ?? 1,
      TransformAmiVersion: targetOf(props) === 'gpu' ? gpuAmi : undefined,
    }),
  };
}

function checkProps(props: BatchTransformProps): void {
  const { instanceType, maxPayloadMb, maxConcurrentTransforms } = filled(props);
  const facts = instanceFacts(instanceType);
  const target = targetFor(facts);
  check('batch transform', [
    {
      broken: Token.isUnresolved(instanceType) && props.image.target === undefined,
      problem:
        "instanceType is known only at deployment, so the image's target cannot follow it; give the image its target.",
    },
    {
      broken: fails(instanceType, () => facts !== undefined),
      problem: `instanceType is ${JSON.stringify(instanceType)}; expected ml.FAMILY.SIZE, such as ml.g4dn.xlarge.`,
    },
    {
      broken: facts !== undefined && props.image.target !== undefined && props.image.target !== target,
      problem: `the image's target is ${props.image.target}, but ${instanceType} wants ${target}.`,
    },
    within('instanceCount', props.instanceCount, 1, 1000, 'instances'),
    within('maxPayloadMb', maxPayloadMb, 1, 100, 'MB'),
    {
      broken: disagree(maxPayloadMb, maxConcurrentTransforms, (payload, count) => payload * count <= 100),
      problem: `maxPayloadMb times maxConcurrentTransforms is ${maxPayloadMb * maxConcurrentTransforms}; SageMaker allows 100.`,
    },
    ...(
      [
        ['inputPrefix', props.inputPrefix],
        ['outputPrefix', props.outputPrefix],
      ] as const
    ).map(([name, prefix]) => ({
      broken: fails(prefix, (known) => known.endsWith('/')),
      problem: `${name} is ${JSON.stringify(prefix)}; expected it to end with /.`,
    })),
  ]);
}
