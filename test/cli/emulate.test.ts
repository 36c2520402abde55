import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ModerationClient } from '../../lib/client/index.js';
import { CREDENTIALS } from '../client/support/stack.js';
import { fixture, projectRoot } from '../support/project-root.js';

let child: ChildProcess;
let told = '';
let closed = false;

function emulate(...args: string[]): Promise<number | null> {
  told = '';
  child = spawn(process.execPath, [join(projectRoot, 'dist', 'bin', 'moderate.js'), 'emulate', ...args]);
  child.stdout?.on('data', (chunk) => (told += chunk));
  child.stderr?.on('data', (chunk) => (told += chunk));
  closed = false;
  return new Promise((resolve) =>
    child.on('close', (code) => {
      closed = true;
      resolve(code);
    }),
  );
}

async function saying(pattern: RegExp): Promise<string> {
  for (;;) {
    const found = pattern.exec(told);
    if (found !== null) return found[1] ?? '';
    if (closed) throw new Error(told);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

let runtime: SageMakerRuntimeClient | undefined;
beforeEach(() => {
  runtime = undefined;
});
afterEach(() => {
  runtime?.destroy();
  child.kill('SIGKILL');
});

test('moderate emulate answers the AWS SDK with a real model, faults included, and ends on SIGTERM', async () => {
  const ended = emulate(
    ...['--model', fixture('models', 'siglip-tiny'), '--port', '0', '--endpoint', 'one', 'two'],
    ...['--faults', 'throttle=0.3,overloaded=0.2', '--seed', '4'],
  );
  const endpoint = await saying(/AWS_ENDPOINT_URL=(\S+)\s/);
  runtime = new SageMakerRuntimeClient({ region: 'us-east-1', endpoint, credentials: CREDENTIALS });
  const client = new ModerationClient({
    endpointName: 'two',
    runtime,
    retry: { baseDelayMs: 1, maxAttempts: 10 },
  });
  const posts = Array.from({ length: 20 }, (_, index) => ({
    text: `post number ${index}`,
    id: String(index),
  }));
  let answered = 0;
  for await (const outcome of client.classifyMany(posts, { maxItems: 2 })) {
    expect(outcome.id).toBe(String(outcome.index));
    if (outcome.ok) answered += 1;
  }
  expect(answered).toBe(20);
  await saying(/(400 POST \/endpoints\/two\/invocations)/);
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
});

test.each([
  [[], /give either --url or --model/],
  [['--url', 'http://127.0.0.1:1', '--model', 'm'], /give either --url or --model/],
  [['--url', 'http://127.0.0.1:1', '--faults', 'sun=1'], /is none of throttle\|/],
  [['--url', 'http://127.0.0.1:1', '--port', '-1'], /expected a whole number/],
])('%j is a wrong call', async (args, reason) => {
  expect(await emulate(...args)).toBe(2);
  expect(told).toMatch(reason);
});
