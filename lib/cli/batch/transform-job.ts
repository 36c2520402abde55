/** Starting, following and stopping a batch transform job. */
import { randomBytes } from 'node:crypto';
import {
  CreateTransformJobCommand,
  type CreateTransformJobCommandInput,
  DescribeTransformJobCommand,
  type DescribeTransformJobCommandOutput,
  type SageMakerClient,
  StopTransformJobCommand,
} from '@aws-sdk/client-sagemaker';
import type { BatchJob } from '../../contract/batch-job.js';
import { ModerationError } from '../../contract/errors.js';
import { isMissing } from '../sagemaker/client.js';
import { type PollOptions, poll } from '../sagemaker/poll.js';

export const JOB_NAME = /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/;
export const LOG_GROUP = '/aws/sagemaker/TransformJobs';

export type JobState = DescribeTransformJobCommandOutput;

const OVER = new Set(['Completed', 'Failed', 'Stopped']);

/** A name that no other job has: SageMaker keeps the names of past jobs taken. */
export function newJobName(now: Date): string {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  return `moderation-${time.replace(/[TZ]/g, '')}-${randomBytes(3).toString('hex')}`;
}

/** @throws ModerationError `invalid_configuration` where the model of the description is gone or the name is taken */
export async function startJob(client: SageMakerClient, name: string, job: BatchJob): Promise<void> {
  // The description is SageMaker's own request; what is wrong in fields beyond the schema, SageMaker tells.
  const request = { ...job, TransformJobName: name } as unknown as CreateTransformJobCommandInput;
  try {
    await client.send(new CreateTransformJobCommand(request));
  } catch (error) {
    if (isMissing(error)) {
      throw new ModerationError(
        'invalid_configuration',
        `The model ${job.ModelName} does not exist in this account and region. A deployment replaces models: read the ` +
          'description of the job from the latest one.',
        { cause: error },
      );
    }
    if ((error as Error).name !== 'ResourceInUse') throw error;
    throw new ModerationError(
      'invalid_configuration',
      `A job named ${name} exists already; give another --name.`,
      {
        cause: error,
      },
    );
  }
}

export async function describeJob(client: SageMakerClient, name: string): Promise<JobState> {
  try {
    return await client.send(new DescribeTransformJobCommand({ TransformJobName: name }));
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new ModerationError(
      'invalid_configuration',
      `There is no job ${name} in this account and region.`,
      {
        cause: error,
      },
    );
  }
}

/** Waits until a job is over. Aborting leaves the job running. */
export function followJob(
  client: SageMakerClient,
  name: string,
  onStatus: (state: JobState) => void,
  options: PollOptions,
): Promise<JobState> {
  const look = async (): Promise<JobState> => {
    const state = await describeJob(client, name);
    onStatus(state);
    return state;
  };
  return poll(look, isOver, options);
}

export function isOver({ TransformJobStatus }: JobState): boolean {
  return OVER.has(TransformJobStatus ?? '');
}

/** False where the job was over already. */
export async function stopJob(client: SageMakerClient, name: string): Promise<boolean> {
  if (isOver(await describeJob(client, name))) return false;
  await client.send(new StopTransformJobCommand({ TransformJobName: name }));
  return true;
}
