import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { InvokeEndpointAsyncCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type EmulatorOptions, type RunningEmulator, startEmulator } from '../../../lib/emulator/emulator.js';
import { inTurn } from '../../../lib/emulator/faults/fault.js';
import { CREDENTIALS, rejection } from '../../client/support/stack.js';
import { LeapingClock } from '../../support/leaping-clock.js';
import { until } from '../../support/until.js';
import { type StubContainer, startStubContainer } from '../support/stub-container.js';

let folder: string;
let container: StubContainer;
let emulator: RunningEmulator;
let runtime: SageMakerRuntimeClient;
let s3: S3Client;

const clock = new LeapingClock();

async function start(listener: RequestListener, options: Partial<EmulatorOptions> = {}): Promise<void> {
  container = await startStubContainer(listener);
  emulator = await startEmulator({ containerUrl: container.url, s3Folder: folder, ...options }, { clock });
  const config = { region: 'eu-west-1', endpoint: emulator.url, credentials: CREDENTIALS, maxAttempts: 1 };
  runtime = new SageMakerRuntimeClient(config);
  s3 = new S3Client(config);
  await s3.send(new PutObjectCommand({ Bucket: 'inbox', Key: 'in.json', Body: '{"text":"hi"}' }));
}
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emulator-'));
});
afterEach(async () => {
  runtime.destroy();
  s3.destroy();
  await emulator.close();
  await container.close();
  await rm(folder, { recursive: true });
});

const submit = (fields: object = { InputLocation: 's3://inbox/in.json' }) =>
  runtime.send(
    new InvokeEndpointAsyncCommand({
      EndpointName: 'moderation',
      ContentType: 'application/json',
      ...fields,
    }),
  );

/** The object once it is there. */
async function object(uri = ''): Promise<string> {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  for (;;) {
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      return (await Body?.transformToString()) ?? '';
    } catch (error) {
      if ((error as Error).name !== 'NoSuchKey') throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

test('the input is read from S3 and the answer written there', async () => {
  await start((_, response) => response.end('done'));
  const output = await submit({ InputLocation: 's3://inbox/in.json', InferenceId: 'mine' });
  expect(output.$metadata.httpStatusCode).toBe(202);
  expect(output.InferenceId).toBe('mine');
  expect(await object(output.OutputLocation)).toBe('done');
  expect(container.headers[0]).toMatchObject({ 'content-type': 'application/json', 'content-length': '13' });
  const file = join(folder, output.OutputLocation?.replace('s3://', '') ?? '');
  expect(await readFile(file, 'utf8')).toBe('done');
});

test('a small input may come along', async () => {
  await start((_, response) => response.end('done'), { limits: { maxInlineBytes: 20 } });
  expect(await object((await submit({ Body: Buffer.from('{}') })).OutputLocation)).toBe('done');
  expect(await rejection(submit({ Body: Buffer.alloc(21) }))).toMatchObject({ name: 'ValidationError' });
  const both = { Body: Buffer.from('{}'), InputLocation: 's3://inbox/in.json' };
  expect(await rejection(submit(both))).toMatchObject({ name: 'ValidationError' });
  expect(await rejection(submit({}))).toMatchObject({ name: 'ValidationError' });
});

test('the caller may name the answer', async () => {
  await start((_, response) => response.end('done'));
  const fields = {
    InputLocation: 's3://inbox/in.json',
    Filename: 'answer.json',
    S3OutputPathExtension: 'a/b',
  };
  const { OutputLocation } = await submit(fields);
  expect(OutputLocation).toMatch(/\/a\/b\/answer\.json$/);
  expect(await object(OutputLocation)).toBe('done');
  expect(await rejection(submit({ ...fields, Filename: '../../out' }))).toMatchObject({
    name: 'ValidationError',
  });
});

test('the error of the container stands at the failure location', async () => {
  await start((_, response) => response.writeHead(500).end('oh'));
  const reason = await object((await submit()).FailureLocation);
  expect(reason).toMatch(/^Received server error \(500\) from primary with message "oh"/);
});

test('an answer without Content-Length fails, as SageMaker fails it', async () => {
  await start((_, response) => {
    response.write('in ');
    response.end('chunks');
  });
  expect(await object((await submit()).FailureLocation)).toContain('required Content-Length header');
});

test('a missing input fails, and so does a job that takes too long', async () => {
  await start(() => setImmediate(() => clock.leap(60_000)), { limits: { asyncTimeoutMs: 60_000 } });
  const missing = await submit({ InputLocation: 's3://inbox/none.json' });
  expect(await object(missing.FailureLocation)).toContain('does not exist');
  expect(await object((await submit()).FailureLocation)).toContain('timed out');
  expect(
    await rejection(submit({ InputLocation: 's3://inbox/in.json', InvocationTimeoutSeconds: 4000 })),
  ).toMatchObject({
    name: 'ValidationError',
  });
});

test('a job whose turn comes too late fails', async () => {
  const inside: (() => void)[] = [];
  await start((_, response) => void inside.push(() => response.end('done')));
  for (let job = 0; job < 4; job += 1) await submit();
  const late = await submit({ InputLocation: 's3://inbox/in.json', RequestTTLSeconds: 60 });
  await until(() => inside.length === 4);
  clock.leap(61_000);
  for (const answer of inside) answer();
  expect(await object(late.FailureLocation)).toContain('expired');
});

test('a few jobs run at a time, the others wait', async () => {
  const inside: (() => void)[] = [];
  let peak = 0;
  await start((_, response) => {
    inside.push(() => response.end('done'));
    peak = Math.max(peak, inside.length);
    // Nobody is answered before four are inside; twelve are three times four.
    if (inside.length === 4) for (const answer of inside.splice(0)) setTimeout(answer, 20);
  });
  const outputs = await Promise.all(Array.from({ length: 12 }, () => submit()));
  await Promise.all(outputs.map(({ OutputLocation }) => object(OutputLocation)));
  expect(peak).toBe(4);
});

describe('closing', () => {
  const LARGE = Buffer.alloc(64 * 1024 * 1024);
  const files = async (): Promise<string[]> =>
    readdir(folder, { recursive: true }).then((names) => names.filter((name) => name !== 'inbox/in.json'));
  const written = async () => (await files()).some((name) => name.endsWith('.part') || name.endsWith('.out'));

  test('waits for the answers that are being written, and drops the jobs that wait', async () => {
    await start((_, response) => response.end(LARGE));
    await Promise.all(Array.from({ length: 8 }, () => submit()));
    await until(written);
    await emulator.close();
    const left = await files();
    expect(left.filter((name) => name.endsWith('.part'))).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await files()).toEqual(left);
  });

  test('waits for the object that is being written', async () => {
    await start(() => undefined);
    const put = s3
      .send(new PutObjectCommand({ Bucket: 'inbox', Key: 'large.out', Body: LARGE }))
      .catch(() => 'broken off');
    await until(written);
    await emulator.close();
    expect((await files()).filter((name) => name.endsWith('.part'))).toEqual([]);
    await put;
  });

  test('does not wait for a container that is silent, nor for a job that hangs', async () => {
    let asked = 0;
    await start(() => {
      asked += 1;
    });
    emulator.setFaults(inTurn({ kind: 'hang' }));
    await Promise.all([submit(), submit()]);
    await until(() => asked === 1);
    await emulator.close();
    expect((await files()).filter((name) => name.startsWith('emulator/'))).toEqual([]);
  });
});
