import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runCli } from '../support/run-cli.js';
import { IMAGE_URI, MODEL_FOLDER } from './support/synthesize.js';

const ACCOUNT = '123456789012';
const REGION = 'eu-west-1';
/** moto knows no previous value of a parameter that was left at its default. */
const BOOTSTRAP_VERSION = [
  '--no-previous-parameters',
  '--parameters',
  'BootstrapVersion=/cdk-bootstrap/hnb659fds/version',
];
const python = process.env['MOTO_PYTHON'] ?? 'python3';
const present = spawnSync(python, ['-c', 'import moto.server']).status === 0;
if (!present) {
  console.warn(
    `skipped: ${python} has no moto; pip install 'moto[server]', or set MOTO_PYTHON to one that has`,
  );
}

let server: ChildProcess;
let port: number;
const folder = mkdtempSync(join(tmpdir(), 'moderation-deployment-'));
const model = join(folder, 'model');

(present ? describe : describe.skip)('a deployment against a local AWS API', () => {
  beforeAll(async () => {
    cpSync(MODEL_FOLDER, model, { recursive: true });
    port = await freePort();
    server = spawn(python, ['reference/infra/moto_server.py', String(port)], { stdio: 'ignore' });
    await listening();
  }, 60_000);

  afterAll(async () => {
    server.kill();
    await once(server, 'exit');
  });

  test('bootstrap, deploy, an update of thresholds and destroy leave what they should', async () => {
    cdk('bootstrap', `aws://${ACCOUNT}/${REGION}`);
    cdk('deploy', '--require-approval', 'never', ...BOOTSTRAP_VERSION);
    const first = await inventory();
    expect(first).toEqual({ endpoints: 1, configs: 1, models: 1 });
    const before = await modelPrefix();
    expect(await moderate('endpoint', 'status', await endpointName())).toMatch(
      /^\S+: InService[\s\S]*Primary: ml.g4dn.xlarge[\s\S]*health: answers/,
    );

    const config = join(model, 'inference_config.json');
    writeFileSync(config, readFileSync(config, 'utf8').replace('0.75', '0.76'));
    // moto finds no change set of a stack that exists, so the update is a direct one.
    cdk('deploy', '--require-approval', 'never', '--method', 'direct', ...BOOTSTRAP_VERSION);
    expect(await inventory()).toEqual({ endpoints: 1, configs: 1, models: 1 });
    expect(await modelPrefix()).not.toBe(before);

    cdk('destroy', '--force');
    expect(await inventory()).toEqual({ endpoints: 0, configs: 0, models: 0 });
    expect(await call('monitoring', { Action: 'DescribeAlarms', Version: '2010-08-01' })).not.toContain(
      '<AlarmName>',
    );
  }, 180_000);
});

function cdk(...args: string[]): void {
  const context = { model, image: IMAGE_URI.replace('111122223333', ACCOUNT) };
  const flags = Object.entries(context).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  const { status, stdout, stderr } = spawnSync(
    'node',
    [
      'node_modules/aws-cdk/bin/cdk',
      ...args,
      '--app',
      'node dist/bin/app.js',
      '--output',
      join(folder, 'out'),
      ...flags,
    ],
    {
      encoding: 'utf8',
      env: {
        ...process.env,
        AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
        // moto reads a template from S3 only where the address says localhost.
        AWS_ENDPOINT_URL_S3_FOR_CLOUDFORMATION: `http://localhost:${port}`,
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_REGION: REGION,
        CDK_VALIDATION: 'false',
        CI: 'true',
      },
    },
  );
  if (status !== 0) throw new Error(`cdk ${args.join(' ')} failed:\n${stdout}\n${stderr}`);
}

async function moderate(...args: string[]): Promise<string> {
  const env = {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
  const { code, stdout, stderr } = await runCli(args, { env });
  if (code !== 0) throw new Error(`moderate ${args.join(' ')} failed:\n${stdout}\n${stderr}`);
  return stdout;
}

async function endpointName(): Promise<string> {
  const { Endpoints } = await sagemaker<{ Endpoints: { EndpointName: string }[] }>('ListEndpoints', {});
  return Endpoints[0]?.EndpointName ?? '';
}

async function inventory(): Promise<{ endpoints: number; configs: number; models: number }> {
  const [endpoints, configs, models] = await Promise.all(
    ['Endpoints', 'EndpointConfigs', 'Models'].map(async (kind) => {
      const reply = await sagemaker<Record<string, unknown[]>>(`List${kind}`, {});
      return reply[kind]?.length ?? 0;
    }),
  );
  return { endpoints: endpoints ?? 0, configs: configs ?? 0, models: models ?? 0 };
}

async function modelPrefix(): Promise<string> {
  const { Models } = await sagemaker<{ Models: { ModelName: string }[] }>('ListModels', {});
  const details = await sagemaker<object>('DescribeModel', { ModelName: Models[0]?.ModelName });
  return /s3:\/\/[^"]+\/[0-9a-f]{64}\//.exec(JSON.stringify(details))?.[0] ?? '';
}

async function sagemaker<T>(operation: string, input: object): Promise<T> {
  const reply = await fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    headers: {
      ...signed('sagemaker'),
      'x-amz-target': `SageMaker.${operation}`,
      'content-type': 'application/x-amz-json-1.1',
    },
    body: JSON.stringify(input),
  });
  return (await reply.json()) as T;
}

async function call(service: string, form: Record<string, string>): Promise<string> {
  const body = new URLSearchParams(form);
  const reply = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers: signed(service), body });
  return reply.text();
}

/** moto looks at the service of a signature only. */
function signed(service: string): Record<string, string> {
  return { authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${REGION}/${service}/aws4_request` };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function listening(): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const ready = await fetch(`http://127.0.0.1:${port}/moto-api/`).then(
      () => true,
      () => false,
    );
    if (ready) return;
    await sleep(200);
  }
  throw new Error('moto does not start');
}
