/** The description of a job: from the stack's outputs, a file of its own, or options. */
import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import {
  type BatchJob,
  batchJobSchema,
  JOB_DEFINITION_OUTPUT,
  JSON_LINES_JOB,
} from '../../contract/batch-job.js';
import { ModerationError } from '../../contract/errors.js';

export interface JobPlaces {
  /** s3:// address of an object, or of a prefix that ends with `/`. @default - the description's */
  readonly input?: string | undefined;
  /** s3:// prefix. @default - the description's */
  readonly output?: string | undefined;
}

/**
 * Reads what `cdk deploy --outputs-file` wrote, or a CreateTransformJob request without its name; `-` reads it from
 * stdin, where `aws ssm get-parameter` can write it.
 *
 * @throws ModerationError `invalid_configuration`
 */
export async function readJobDefinition(file: string): Promise<BatchJob> {
  const name = file === '-' ? 'stdin' : file;
  const content = await (file === '-' ? readAll(process.stdin) : readFile(file, 'utf8')).catch(
    (error: NodeJS.ErrnoException) => invalid(`${name} cannot be read (${error.code}).`),
  );
  const document = parse(content, name);
  const nested = definitionsIn(document);
  if (nested.length > 1) {
    invalid(`${name} has the outputs of ${nested.length} stacks with a job; keep one of them.`);
  }
  const [definition] = nested;
  const result = batchJobSchema.safeParse(definition === undefined ? document : parse(definition, name));
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    ({ path, message }) => `${path.map(String).join('.') || 'top'}: ${message}`,
  );
  return invalid(
    `${name} is no description of a job:\n- ${problems.join('\n- ')}\n` +
      'Expected the file of `cdk deploy --outputs-file`, or a CreateTransformJob request without its name.',
  );
}

export interface ModelJob extends JobPlaces {
  readonly modelName: string;
  readonly instanceType: string;
  readonly instanceCount: number;
}

/** A job for a model that no stack of this project made. */
export function jobForModel({ modelName, instanceType, instanceCount, input, output }: ModelJob): BatchJob {
  if (input === undefined || output === undefined) {
    return invalid('--model-name says nothing about places; give --input and --output.');
  }
  const gpu = /^ml\.[gp]\d/.test(instanceType);
  const { BatchStrategy, MaxConcurrentTransforms, MaxPayloadInMB, gpuAmi, ...rest } = JSON_LINES_JOB;
  const { InvocationsTimeoutInSeconds, InvocationsMaxRetries, ContentType, SplitType, Accept, AssembleWith } =
    rest;
  return {
    ModelName: modelName,
    BatchStrategy,
    MaxConcurrentTransforms,
    MaxPayloadInMB,
    ModelClientConfig: { InvocationsTimeoutInSeconds, InvocationsMaxRetries },
    TransformInput: {
      DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: input } },
      ContentType,
      SplitType,
    },
    TransformOutput: { S3OutputPath: output, Accept, AssembleWith },
    TransformResources: {
      InstanceType: instanceType,
      InstanceCount: instanceCount,
      ...(gpu && { TransformAmiVersion: gpuAmi }),
    },
  };
}

/** The description with other places. @throws ModerationError `invalid_configuration` for one that is none in S3 */
export function withPlaces(job: BatchJob, { input, output }: JobPlaces): BatchJob {
  for (const [name, place] of Object.entries({ input, output })) {
    if (place !== undefined && !/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/./.test(place)) {
      invalid(`--${name} is ${JSON.stringify(place)}; expected s3://bucket/key or s3://bucket/prefix/.`);
    }
  }
  const { TransformInput, TransformOutput } = job;
  const { DataSource } = TransformInput;
  const S3DataSource = { ...DataSource.S3DataSource, ...(input !== undefined && { S3Uri: input }) };
  return {
    ...job,
    TransformInput: { ...TransformInput, DataSource: { ...DataSource, S3DataSource } },
    TransformOutput: { ...TransformOutput, ...(output !== undefined && { S3OutputPath: output }) },
  };
}

function definitionsIn(document: unknown): string[] {
  if (typeof document !== 'object' || document === null) return [];
  return Object.values(document).flatMap((outputs: unknown) => {
    const value = (outputs as Record<string, unknown> | null)?.[JOB_DEFINITION_OUTPUT];
    return typeof value === 'string' ? [value] : [];
  });
}

function parse(content: string, name: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return invalid(`${name} is no JSON.`);
  }
}

function invalid(message: string): never {
  throw new ModerationError('invalid_configuration', message);
}
