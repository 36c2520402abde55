import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { newJobName } from '../../lib/cli/batch/transform-job.js';
import { runCli } from '../support/run-cli.js';
import { notFound, Refusal, SageMakerServer } from '../support/sagemaker-server.js';

const JOB = {
  ModelName: 'model-1',
  BatchStrategy: 'MultiRecord',
  TransformInput: {
    DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://bucket/batch/input/' } },
    ContentType: 'application/jsonlines',
  },
  TransformOutput: { S3OutputPath: 's3://bucket/batch/output/' },
  TransformResources: { InstanceType: 'ml.g4dn.xlarge', InstanceCount: 1 },
};
const ENDED = {
  TransformStartTime: 1_700_000_000,
  TransformEndTime: 1_700_000_090,
  TransformOutput: JOB.TransformOutput,
};

let folder: string;
let outputs: string;
let server: SageMakerServer | undefined;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batch-'));
  outputs = join(folder, 'outputs.json');
  await writeFile(
    outputs,
    JSON.stringify({ Moderation: { BatchBucket: 'bucket', JobDefinition: JSON.stringify(JOB) } }),
  );
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function batch(
  args: readonly string[],
  states: readonly object[] = [{ TransformJobStatus: 'Completed', ...ENDED }],
  options: { stdin?: string; interruptOn?: string; create?: () => never } = {},
) {
  const { create, ...run } = options;
  server = await SageMakerServer.start({
    CreateTransformJob: () => create?.() ?? { TransformJobArn: 'arn:job' },
    DescribeTransformJob: (_, call) => states[Math.min(call, states.length - 1)] ?? notFound('transform job'),
    StopTransformJob: () => ({}),
  });
  return runCli(['batch', ...args], { env: server.environment, ...run });
}

describe('moderate batch', () => {
  test('starts the job that the outputs of the stack describe, and follows it to its end', async () => {
    const { code, stdout, stderr } = await batch(
      ['--job-definition', outputs, '--input', 's3://bucket/batch/input/monday.jsonl', '--interval', '1'],
      [{ TransformJobStatus: 'InProgress' }, { TransformJobStatus: 'Completed', ...ENDED }],
    );
    expect(code).toBe(0);
    expect(stdout).toBe('s3://bucket/batch/output/\n');
    expect(stderr).toMatch(/InProgress[\s\S]*Completed after 90 s of computing/);
    const { input } = server?.calls[0] ?? {};
    expect(input).toMatchObject({
      ...JOB,
      TransformJobName: expect.stringMatching(/^moderation-\d{14}-[0-9a-f]{6}$/),
      TransformInput: { DataSource: { S3DataSource: { S3Uri: 's3://bucket/batch/input/monday.jsonl' } } },
    });
  });

  test('reads the parameter of Systems Manager from stdin, and leaves a job that it need not wait for', async () => {
    const { code, stdout, stderr } = await batch(
      ['--job-definition', '-', '--no-wait', '--name', 'posts-1'],
      [],
      { stdin: JSON.stringify(JOB) },
    );
    expect(code).toBe(0);
    expect(stdout).toBe('posts-1\n');
    expect(stderr).toContain('moderate batch follow posts-1');
    expect(server?.operations()).toEqual(['CreateTransformJob']);
  });

  test('describes a job for any model: JSON Lines, and a machine image with a driver for CUDA 12', async () => {
    const places = ['--input', 's3://bucket/in/', '--output', 's3://bucket/out/'];
    await batch(['--model-name', 'mine', '--no-wait', ...places]);
    expect(server?.calls[0]?.input).toMatchObject({
      ModelName: 'mine',
      MaxPayloadInMB: 6,
      TransformInput: { SplitType: 'Line', ContentType: 'application/jsonlines' },
      TransformOutput: { S3OutputPath: 's3://bucket/out/', AssembleWith: 'Line' },
      TransformResources: { TransformAmiVersion: 'al2-ami-sagemaker-batch-gpu-535' },
    });
  });

  test('tells why a job failed and where its log is, and exits with 1', async () => {
    const failed = { TransformJobStatus: 'Failed', FailureReason: 'ClientError: 3 files', ...ENDED };
    const { code, stdout, stderr } = await batch(['follow', 'posts-1'], [failed]);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('reason: ClientError: 3 files');
    expect(stderr).toContain('/aws/sagemaker/TransformJobs --log-stream-name-prefix posts-1/');
    expect(stderr).toContain('were not judged');
  });

  test('lets the job go on when it is interrupted, and says how to come back', async () => {
    const { code, stderr } = await batch(['follow', 'posts-1'], [{ TransformJobStatus: 'InProgress' }], {
      interruptOn: 'InProgress',
    });
    expect(code).toBe(130);
    expect(stderr).toContain('the job goes on; `moderate batch follow posts-1` follows it');
    expect(server?.operations()).not.toContain('StopTransformJob');
  });

  test('stops a job that runs, and leaves one that is over', async () => {
    await batch(['stop', 'posts-1'], [{ TransformJobStatus: 'InProgress' }]);
    expect(server?.operations()).toEqual(['DescribeTransformJob', 'StopTransformJob']);
    await server?.close();
    const { stderr } = await batch(['stop', 'posts-1']);
    expect(stderr).toContain('posts-1 is over already');
    expect(server?.operations()).toEqual(['DescribeTransformJob']);
  });

  test('says that a deployment replaced the model, where it is gone', async () => {
    const { code, stderr } = await batch(['--job-definition', outputs], [], {
      create: () => notFound('model "model-1"'),
    });
    expect(code).toBe(1);
    expect(stderr).toContain('read the description of the job from the latest one');
  });

  test('passes on what AWS refuses, with advice', async () => {
    const { code, stderr } = await batch(['--job-definition', outputs], [], {
      create: () => {
        throw new Refusal('ResourceLimitExceeded', 'the limit is 0 instances');
      },
    });
    expect(code).toBe(1);
    expect(stderr).toContain('(ResourceLimitExceeded): the limit is 0 instances Ask for a higher quota');
  });

  test.each([
    [['--input', 's3://bucket/in/'], 2, 'give either --job-definition or --model-name'],
    [['--job-definition', 'package.json'], 1, 'package.json is no description of a job'],
    [['--model-name', 'mine'], 1, 'give --input and --output'],
    [['follow'], 2, "missing required argument 'name'"],
  ])('%j is a wrong call', async (args, expected, message) => {
    const { code, stderr } = await batch(args);
    expect(stderr).toContain(message);
    expect(code).toBe(expected);
    expect(server?.calls).toEqual([]);
  });

  test('refuses places that are none in S3', async () => {
    const { stderr } = await batch(['--job-definition', outputs, '--input', 'posts.csv']);
    expect(stderr).toContain('--input is "posts.csv"; expected s3://bucket/key');
  });
});

test('two jobs of the same second have different names', () => {
  const now = new Date('2026-01-02T03:04:05Z');
  const names = new Set(Array.from({ length: 20 }, () => newJobName(now)));
  expect(names.size).toBe(20);
  expect([...names][0]).toMatch(/^moderation-20260102030405-/);
});
