/** The description of a batch transform job: what the stack writes down and `moderate batch` starts. */
import { z } from 'zod';

/** Output of the stack that holds the description as JSON. */
export const JOB_DEFINITION_OUTPUT = 'JobDefinition';

const text = z.string().min(1);

/** A CreateTransformJob request without the job's name. Fields that are not named here are passed on as they are. */
export const batchJobSchema = z.looseObject({
  ModelName: text,
  TransformInput: z.looseObject({
    DataSource: z.looseObject({ S3DataSource: z.looseObject({ S3DataType: text, S3Uri: text }) }),
  }),
  TransformOutput: z.looseObject({ S3OutputPath: text }),
  TransformResources: z.looseObject({ InstanceType: text, InstanceCount: z.int().positive() }),
});

export type BatchJob = z.infer<typeof batchJobSchema>;

/** JSON Lines in and out: records are joined to requests of at most `MaxPayloadInMB`, and answers are split again. */
export const JSON_LINES_JOB = {
  BatchStrategy: 'MultiRecord',
  ContentType: 'application/jsonlines',
  SplitType: 'Line',
  Accept: 'application/jsonlines',
  AssembleWith: 'Line',
  MaxConcurrentTransforms: 4,
  MaxPayloadInMB: 6,
  /** Seconds. SageMaker's own default; a request of 6 MB of JSON Lines stays well below. */
  InvocationsTimeoutInSeconds: 600,
  InvocationsMaxRetries: 3,
  /** Driver 535, the newest that batch transform offers: what a container with CUDA 12 needs at least. */
  gpuAmi: 'al2-ami-sagemaker-batch-gpu-535',
} as const;
