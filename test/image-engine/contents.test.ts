import { beforeAll, expect, test } from '@jest/globals';
import { describeImage, docker, IMAGE, tryDocker } from './support/docker.js';

const MAX_BYTES = 400e6;

/** Every file of the application, with its size; code that runs inside the image. */
const LIST = `
  const { readdirSync, lstatSync } = await import('node:fs');
  const root = '/opt/moderation';
  const files = readdirSync(root, { recursive: true }).map((name) => [name, lstatSync(root + '/' + name)]);
  console.log(JSON.stringify(files.filter(([, found]) => found.isFile()).map(([name, { size }]) => [name, size])));`;

describeImage('the image', () => {
  let files: [string, number][];
  let config: {
    Labels: Record<string, string>;
    Entrypoint: string[];
    Cmd: string[];
    ExposedPorts: Record<string, unknown>;
  };
  beforeAll(async () => {
    const run = ['run', '--rm', '--entrypoint', 'node', IMAGE, '--input-type=module', '--eval', LIST];
    files = JSON.parse(await docker(...run));
    config = JSON.parse(await docker('image', 'inspect', '--format', '{{json .Config}}', IMAGE));
  });
  const named = (pattern: RegExp) => files.map(([name]) => name).filter((name) => pattern.test(name));

  test('adds less than 400 MB to its base', () => {
    const bytes = files.reduce((sum, [, size]) => sum + size, 0);
    expect(bytes).toBeGreaterThan(10e6);
    expect(bytes).toBeLessThan(MAX_BYTES);
  });

  test('holds no sources, no development packages, no client but that of predict and no CDK', () => {
    expect(named(/^dist\/bin\/moderate\.js$/)).toHaveLength(1);
    expect(named(/\.(?:[cm]?ts|map|cc|h|gyp)$/)).toEqual([]);
    expect(
      named(
        /^node_modules\/(?:aws-cdk|constructs|typescript|jest|@jest|@biomejs|@types|@aws-sdk\/(?:client-(?!sagemaker-runtime)|lib-)|adm-zip)/,
      ),
    ).toEqual([]);
    expect(named(/^dist\/(?:test|lib\/infra)\//)).toEqual([]);
  });

  test('holds native code for its own platform alone', () => {
    const native = named(/\.(?:node|so(?:\.[\d.]+)?|dylib|dll|exe|wasm)$/);
    expect(native.length).toBeGreaterThanOrEqual(4);
    expect(native.filter((name) => !/linux[-/](?:x64|arm64)/.test(name))).toEqual([]);
    expect(new Set(native.map((name) => /linux[-/](x64|arm64)/.exec(name)?.[1])).size).toBe(1);
  });

  test('keeps the licences of what it ships', () => {
    const packages = named(/^node_modules\/(?:@[^/]+\/)?[^/]+\/package\.json$/).length;
    expect(packages).toBeGreaterThan(50);
    expect(named(/^node_modules\/.*licen[cs]e/i).length).toBeGreaterThan(0.8 * packages);
  });

  test('is what SageMaker runs: exec-form entry point, port 8080, the label for other ports', () => {
    expect(config.Entrypoint).toEqual(['node', '/opt/moderation/dist/bin/moderate.js']);
    expect(config.Cmd).toEqual(['serve']);
    expect(Object.keys(config.ExposedPorts)).toEqual(['8080/tcp']);
    expect(config.Labels).toMatchObject({
      'com.amazonaws.sagemaker.capabilities.accept-bind-to-port': 'true',
    });
  });

  test('tells where to run a command whose packages it leaves out', async () => {
    for (const command of [
      ['upload', '/x', 's3://some-bucket'],
      ['package', '/x', '--out', '/tmp/y'],
    ]) {
      const { code, error } = await tryDocker('run', '--rm', IMAGE, ...command);
      expect(code).toBe(1);
      expect(error).toMatch(/needs packages that the image leaves out/);
    }
  });
});
