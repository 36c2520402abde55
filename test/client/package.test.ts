import { execFile, spawnSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { publint } from 'publint';
import { temporaryFolder } from '../checkpoint/support/temporary-folder.js';
import { projectRoot } from '../support/project-root.js';
import { startStack } from './support/stack.js';

const execute = promisify(execFile);
const NAME = 'multimodal-moderation-client';

/** Installing needs the registry; everything else does not. */
const online =
  spawnSync('npm', ['view', 'zod', 'version', '--fetch-retries=0'], { cwd: '/', timeout: 15_000 }).status ===
  0;
if (!online) console.log('skipped: the package in a bare project. No package registry can be reached.');

let folder: string;
let packed: string;

beforeAll(async () => {
  folder = join(await temporaryFolder(), 'package');
  await execute(process.execPath, [join(projectRoot, 'scripts', 'client-package.mjs'), folder]);
  const { stdout } = await execute('npm', ['pack', '--json'], { cwd: folder });
  packed = join(folder, JSON.parse(stdout)[0].filename);
});

test('publint finds nothing to mend', async () => {
  const { messages } = await publint({ pkgDir: folder, level: 'suggestion' });
  expect(messages).toEqual([]);
});

test('attw finds the right types for every kind of import', async () => {
  const attw = join(projectRoot, 'node_modules', '@arethetypeswrong', 'cli', 'dist', 'index.js');
  const { stdout } = await execute(process.execPath, [attw, packed, '--format', 'json']);
  const { analysis } = JSON.parse(stdout);
  expect(analysis.problems).toEqual([]);
  expect(Object.keys(analysis.entrypoints)).toEqual(['.', './package.json']);
});

test('the package holds the client, the contract, facts of the service and the clock, and needs two packages', async () => {
  expect((await readdir(join(folder, 'esm'))).sort()).toEqual([
    'client',
    'contract',
    'package.json',
    'sagemaker',
    'time',
  ]);
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  expect(Object.keys(manifest.dependencies)).toEqual(['@aws-sdk/client-sagemaker-runtime', 'zod']);
  expect(manifest.peerDependenciesMeta).toEqual({
    '@aws-sdk/client-eventbridge': { optional: true },
    '@aws-sdk/client-s3': { optional: true },
    sharp: { optional: true },
  });
});

const ESM = `
import { createRequire } from 'node:module';
import { ModerationClient, ModerationClientError, ValidationError } from '${NAME}';
const other = createRequire(import.meta.url)('${NAME}');
const [url] = process.argv.slice(2);
const options = { url, retry: { maxAttempts: 1 } };
const reject = (call) => call.then(() => 'nothing', (error) => error);
const { prediction } = await new ModerationClient(options).classify({ text: 'abc' });
const fromOther = await reject(new other.ModerationClient(options).classify({ text: ' ' }));
const endpoint = { endpointName: 'e', region: 'eu-west-1', asynchronous: { input: 's3://inbox/' } };
const noS3 = await reject(new ModerationClient(endpoint).classifyAsync({ text: 'a' }));
const noSharp = await reject(new ModerationClient(options).classify({ image: Buffer.from('a') }, { downscale: true }));
console.log(JSON.stringify({
  red: prediction.probabilities.red,
  separate: other.ModerationClientError !== ModerationClientError,
  recognised: fromOther instanceof ValidationError && fromOther instanceof ModerationClientError,
  missing: [noS3.code, noSharp.code],
}));
`;

const CJS = `
const { ModerationClient } = require('${NAME}');
new ModerationClient({ url: process.argv[2] })
  .classify({ text: 'abc' })
  .then(({ prediction }) => console.log(JSON.stringify({ red: prediction.probabilities.red })));
`;

const TYPED = `
import { type Classification, ModerationClient, ModerationClientError, imageFile, type Outcome } from '${NAME}';
const client: ModerationClient = new ModerationClient({ endpointName: 'e', region: 'eu-west-1' });
export async function harmful(text: string): Promise<boolean> {
  const answer: Classification = await client.classify({ text, image: imageFile('a.png') }, { timeoutMs: 5 });
  return answer.prediction.any_harmful;
}
export function told(outcome: Outcome): boolean | string {
  // @ts-expect-error: an outcome has a prediction only when it is ok
  outcome.prediction;
  return outcome.ok ? outcome.prediction.any_harmful : outcome.error.code;
}
// @ts-expect-error: a bare string is no image
client.classify({ image: 'a.png' });
// @ts-expect-error: either an endpoint or a URL
new ModerationClient({ endpointName: 'e', url: 'http://127.0.0.1' });
export const isOurs = (error: unknown): error is ModerationClientError => error instanceof ModerationClientError;
`;

(online ? describe : describe.skip)('a bare project that installs the package', () => {
  let project: string;

  beforeAll(async () => {
    project = await temporaryFolder();
    await writeFile(join(project, 'package.json'), '{"private": true}');
    await execute('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', packed], {
      cwd: project,
    });
    await writeFile(join(project, 'esm.mjs'), ESM);
    await writeFile(join(project, 'cjs.cjs'), CJS);
  });

  test('gets nothing heavy: no engine, no image library, no server, no CDK, no S3 client', async () => {
    const { stdout } = await execute('npm', ['ls', '--all', '--parseable'], { cwd: project });
    const names = stdout.split('\n').map((path) => path.replace(/^.*node_modules\//, ''));
    expect(names).toContain('zod');
    for (const heavy of [
      'onnxruntime-node',
      'sharp',
      'express',
      'aws-cdk-lib',
      '@aws-sdk/client-s3',
      'typescript',
    ]) {
      expect(names).not.toContain(heavy);
    }
    expect(names.length).toBeLessThan(50);
  });

  test('calls the service from ES modules and from CommonJS, which recognise each other’s errors', async () => {
    const stack = await startStack();
    try {
      const environment = { ...process.env, NODE_NO_WARNINGS: '1', NODE_OPTIONS: '' };
      const run = async (file: string) => {
        const child = execute(process.execPath, [file, stack.server.url], { cwd: project, env: environment });
        const { stdout, stderr } = await child;
        expect(stderr).toBe('');
        return JSON.parse(stdout);
      };
      const red = Math.fround(0.03);
      expect(await run('esm.mjs')).toEqual({
        red,
        separate: true,
        recognised: true,
        missing: ['package_missing', 'package_missing'],
      });
      expect(await run('cjs.cjs')).toEqual({ red });
    } finally {
      await stack.close();
    }
  });

  test.each(['consumer.mts', 'consumer.cts'])(
    'has types that hold under the strictest settings: %s',
    async (file) => {
      await writeFile(join(project, file), TYPED);
      await writeFile(
        join(project, 'tsconfig.json'),
        JSON.stringify({
          compilerOptions: {
            module: 'nodenext',
            target: 'es2022',
            lib: ['es2023'],
            strict: true,
            exactOptionalPropertyTypes: true,
            noUncheckedIndexedAccess: true,
            noPropertyAccessFromIndexSignature: true,
            noEmit: true,
            skipLibCheck: false,
            types: ['node'],
            typeRoots: [join(projectRoot, 'node_modules', '@types')],
          },
          files: [file],
        }),
      );
      const tsc = join(projectRoot, 'node_modules', 'typescript', 'bin', 'tsc');
      const { stdout } = spawnSync(process.execPath, [tsc, '-p', project], { encoding: 'utf8' });
      expect(stdout.split('\n').filter((line) => !line.startsWith('node_modules/@'))).toEqual(['']);
    },
  );
});
