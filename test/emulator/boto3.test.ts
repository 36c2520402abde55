import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Stack, startStack } from '../client/support/stack.js';
import { PATIENCE_MS } from '../support/patience.js';
import { projectRoot } from '../support/project-root.js';

/** PYTHON, the virtual environment of reference/README.md, or what is installed; whichever has boto3. */
const python = [process.env['PYTHON'], join(projectRoot, '.venv', 'bin', 'python'), 'python3'].find(
  (candidate) =>
    candidate !== undefined &&
    (!candidate.includes('/') || existsSync(candidate)) &&
    spawnSync(candidate, ['-c', 'import boto3'], { timeout: 20_000 }).status === 0,
);
if (python === undefined) {
  console.log(
    'skipped: no Python with boto3. To run it: pip install -r reference/boto3/requirements.txt, and set PYTHON.',
  );
}

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

(python === undefined ? test.skip : test)(
  'boto3 invokes the container at once, as a stream and asynchronously, and sees SageMaker’s errors',
  async () => {
    const script = join(projectRoot, 'reference', 'boto3', 'invoke.py');
    const { stdout } = await promisify(execFile)(python ?? '', [script, '--url', stack.emulator.url], {
      timeout: PATIENCE_MS,
    });
    const result = JSON.parse(stdout);
    // The fake model answers with the length of the text over 100.
    const prediction = { id: 'from-python', probabilities: { red: Math.fround(0.27) } };
    expect(result.invoke).toMatchObject({
      variant: 'AllTraffic',
      reply: { predictions: [prediction], request_id: 'python-1' },
    });
    expect(result.stream.predictions).toEqual(result.invoke.reply.predictions);
    expect(result.asynchronous.predictions).toEqual(result.invoke.reply.predictions);
    expect(result.model_error).toMatchObject({ code: 'ModelError', status: 424, original_status: 400 });
    expect(JSON.parse(result.model_error.original_message).error.code).toBe('invalid_json');
    expect(result.unknown_endpoint).toMatchObject({
      code: 'ValidationError',
      status: 400,
      message: 'Endpoint no-such-endpoint of account 000000000000 not found.',
    });
  },
);
