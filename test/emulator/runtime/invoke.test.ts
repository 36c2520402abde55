import type { RequestListener } from 'node:http';
import {
  InvokeEndpointCommand,
  InvokeEndpointWithResponseStreamCommand,
  type ModelError,
  SageMakerRuntimeClient,
} from '@aws-sdk/client-sagemaker-runtime';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type EmulatorOptions, type RunningEmulator, startEmulator } from '../../../lib/emulator/emulator.js';
import { CREDENTIALS, rejection } from '../../client/support/stack.js';
import { LeapingClock } from '../../support/leaping-clock.js';
import { signalled } from '../../support/signalled.js';
import { type StubContainer, startStubContainer } from '../support/stub-container.js';

let container: StubContainer;
let emulator: RunningEmulator;
let runtime: SageMakerRuntimeClient;

const clock = new LeapingClock();

async function start(listener: RequestListener, options: Partial<EmulatorOptions> = {}): Promise<void> {
  container = await startStubContainer(listener);
  emulator = await startEmulator({ containerUrl: container.url, ...options }, { clock });
  runtime = new SageMakerRuntimeClient({
    region: 'eu-west-1',
    endpoint: emulator.url,
    credentials: CREDENTIALS,
    maxAttempts: 1,
  });
}
afterEach(async () => {
  runtime.destroy();
  await emulator.close();
  await container.close();
});

const input = { EndpointName: 'moderation', Body: Buffer.from('{}'), ContentType: 'application/json' };
const invoke = (fields: object = {}) => runtime.send(new InvokeEndpointCommand({ ...input, ...fields }));
const answerOk: RequestListener = (_, response) => {
  response.setHeader('content-type', 'text/plain');
  response.setHeader('x-amzn-sagemaker-custom-attributes', 'from=container');
  response.setHeader('x-stripped', 'yes');
  response.end('fine');
};

describe('InvokeEndpoint', () => {
  test('gives the container’s answer to the AWS SDK', async () => {
    await start(answerOk);
    const output = await invoke();
    expect(Buffer.from(output.Body ?? []).toString()).toBe('fine');
    expect(output).toMatchObject({
      ContentType: 'text/plain',
      CustomAttributes: 'from=container',
      InvokedProductionVariant: 'AllTraffic',
    });
    expect(output.$metadata.requestId).toMatch(/^[\da-f-]{36}$/);
  });

  test('passes on the headers that SageMaker passes on, and strips all others', async () => {
    await start(answerOk);
    await invoke({
      Accept: 'text/plain',
      CustomAttributes: 'trace=7',
      InferenceId: 'id-1',
      TargetVariant: 'blue',
    });
    const { host, connection, ...headers } = container.headers[0] ?? {};
    expect(headers).toEqual({
      'content-type': 'application/json',
      accept: 'text/plain',
      'content-length': '2',
      'x-amzn-sagemaker-custom-attributes': 'trace=7',
      'x-amzn-sagemaker-inference-id': 'id-1',
      'x-amzn-sagemaker-target-variant': 'blue',
    });
  });

  test('strips what the container adds to its answer', async () => {
    await start(answerOk);
    const response = await fetch(`${emulator.url}/endpoints/moderation/invocations`, {
      method: 'POST',
      headers: { authorization: 'AWS4-HMAC-SHA256 …'.replace('…', 'x') },
      body: '{}',
    });
    expect(response.headers.get('x-stripped')).toBeNull();
    expect(await response.text()).toBe('fine');
  });

  test.each([400, 404, 429, 500, 503])('wraps a %i of the container into a 424', async (status) => {
    await start((_, response) => response.writeHead(status).end('{"why":"because"}'));
    const error = (await rejection(invoke())) as ModelError;
    expect(error.name).toBe('ModelError');
    expect(error.$metadata.httpStatusCode).toBe(424);
    expect(error).toMatchObject({ OriginalStatusCode: status, OriginalMessage: '{"why":"because"}' });
    expect(error.message).toMatch(
      new RegExp(
        `^Received (client|server) error \\(${status}\\) from primary with message "{"why":"because"}"`,
      ),
    );
    expect(error.LogStreamArn).toContain('/aws/sagemaker/Endpoints/moderation');
  });

  test('knows its endpoints only', async () => {
    await start(answerOk, { endpointNames: ['one', 'two'] });
    expect((await invoke({ EndpointName: 'two' })).ContentType).toBe('text/plain');
    const error = await rejection(invoke());
    expect(error).toMatchObject({
      name: 'ValidationError',
      message: 'Endpoint moderation of account 000000000000 not found.',
      $metadata: { httpStatusCode: 400 },
    });
  });

  test('refuses attributes and ids that SageMaker refuses', async () => {
    await start(answerOk);
    expect(await rejection(invoke({ CustomAttributes: 'a'.repeat(1025) }))).toMatchObject({
      name: 'ValidationError',
    });
    expect(await rejection(invoke({ InferenceId: 'a'.repeat(65) }))).toMatchObject({
      name: 'ValidationError',
    });
    expect(container.headers).toHaveLength(0);
  });

  test('refuses calls without a signature', async () => {
    await start(answerOk);
    const response = await fetch(`${emulator.url}/endpoints/moderation/invocations`, {
      method: 'POST',
      body: '{}',
    });
    expect(response.status).toBe(403);
    expect(response.headers.get('x-amzn-errortype')).toBe('MissingAuthenticationTokenException');
  });

  test('refuses a payload beyond the limit as SageMaker did: by a ModelError with 413', async () => {
    await start(answerOk, { limits: { maxPayloadBytes: 100 } });
    const error = await rejection(invoke({ Body: Buffer.alloc(101) }));
    expect(error).toMatchObject({ name: 'ModelError', OriginalStatusCode: 413 });
    expect((await invoke({ Body: Buffer.alloc(100) })).ContentType).toBe('text/plain');
  });

  test('gives up on a container that does not answer in time', async () => {
    await start(() => undefined, { limits: { invocationTimeoutMs: 30 } });
    const error = await rejection(invoke());
    expect(error).toMatchObject({ name: 'ModelError', OriginalStatusCode: 0 });
    expect((error as Error).message).toContain('Your invocation timed out while waiting for a response');
  });

  test('tells of a container that breaks off or is not there', async () => {
    await start((_, response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('half', () => response.destroy());
    });
    expect(await rejection(invoke())).toMatchObject({ name: 'ModelError', OriginalStatusCode: 0 });
    await container.close();
    const error = await rejection(invoke());
    expect((error as Error).message).toContain('did not accept the connection');
  });
});

describe('InvokeEndpointWithResponseStream', () => {
  const stream = async (onPart: (part: string) => void = () => undefined): Promise<string[]> => {
    const { Body, ContentType } = await runtime.send(new InvokeEndpointWithResponseStreamCommand(input));
    const parts = [ContentType ?? ''];
    for await (const event of Body ?? []) {
      const part = Buffer.from(event.PayloadPart?.Bytes ?? []).toString();
      parts.push(part);
      onPart(part);
    }
    return parts;
  };

  test('passes each chunk on as it comes', async () => {
    const parts = [signalled(), signalled(), signalled()];
    await start(async (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const [index, part] of ['one', 'two', 'three'].entries()) {
        response.write(part);
        await parts[index]?.come;
      }
      response.end();
    });
    let seen = 0;
    expect(await stream(() => parts[seen++]?.give())).toEqual(['text/event-stream', 'one', 'two', 'three']);
  });

  test('ends with a ModelStreamError when the container breaks off', async () => {
    const first = signalled();
    await start((_, response) => {
      response.writeHead(200);
      response.write('one');
      void first.come.then(() => response.destroy());
    });
    expect(await rejection(stream(() => first.give()))).toMatchObject({
      name: 'ModelStreamError',
      ErrorCode: 'StreamBroken',
    });
  });

  test('ends with a ModelStreamError when the time is up', async () => {
    await start((_, response) => void response.write('one'), { limits: { streamTimeoutMs: 60_000 } });
    expect(await rejection(stream(() => clock.leap(60_000)))).toMatchObject({
      ErrorCode: 'ModelInvocationTimeExceeded',
    });
  });

  test('wraps an error that comes before the stream', async () => {
    await start((_, response) => response.writeHead(503).end('busy'));
    expect(await rejection(stream())).toMatchObject({ name: 'ModelError', OriginalMessage: 'busy' });
  });
});

describe('the address', () => {
  test('must be of the loopback', async () => {
    await start(answerOk);
    await expect(startEmulator({ containerUrl: container.url, host: '0.0.0.0' })).rejects.toThrow(
      /only loopback/,
    );
  });

  test('answers to no foreign name, as a page in a browser would have it', async () => {
    await start(answerOk);
    const { request } = await import('node:http');
    const status = await new Promise((resolve) => {
      const call = request(emulator.url, { path: '/inbox/key', headers: { host: 'evil.example' } });
      call.once('response', (response) => resolve(response.resume().statusCode)).end();
    });
    expect(status).toBe(403);
  });

  test('knows no other operation', async () => {
    await start(answerOk);
    const response = await fetch(`${emulator.url}/endpoints/moderation/other`, { method: 'POST' });
    expect(response.status).toBe(404);
  });
});
