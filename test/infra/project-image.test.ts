import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type App, Stack } from 'aws-cdk-lib/core';
import { buildsWithBuildKit } from '../../lib/infra/constructs/container/docker-tools.js';
import {
  ImageSource,
  type ImageTarget,
  type ProjectImageOptions,
} from '../../lib/infra/constructs/container/image-source.js';
import { DOCKER_MEDIA_TYPES } from '../../lib/infra/constructs/container/project-asset.js';
import { dockerHint } from '../../lib/infra/stacks/docker-hint.js';
import { projectRoot } from '../support/project-root.js';
import { failure, IMAGE_URI, newApp } from './support/synthesize.js';

const MAX_BYTES = 8e6;
const ROOT_FILES = ['package.json', 'package-lock.json', '.npmrc', 'LICENSE', 'tsconfig.json'];

/** What `cdk deploy` hands to `docker build`. */
interface Build {
  readonly directory: string;
  readonly dockerFile: string;
  readonly dockerBuildTarget: string;
  readonly dockerBuildArgs?: Record<string, string>;
  readonly networkMode?: string;
  readonly dockerOutputs?: string[];
  readonly platform: string;
}

function stage(
  target: ImageTarget,
  options: ProjectImageOptions = {},
): { folder: string; hash: string; build: Build } {
  const app = newApp();
  ImageSource.fromProject(options).bind(new Stack(app, 'Test'), target);
  app.synth();
  const [[hash, image] = []] = Object.entries(dockerImages(app));
  if (hash === undefined || image === undefined) throw new Error('no image is staged');
  return { folder: join(app.outdir, image.source.directory), hash, build: image.source };
}

function dockerImages(app: App): Record<string, { readonly source: Build }> {
  return JSON.parse(readFileSync(join(app.outdir, 'Test.assets.json'), 'utf8')).dockerImages;
}

/** Paths of all files below a folder. */
function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort();
}

/** The sources of the Dockerfile's COPY instructions that are taken out of the build's context. */
function copied(dockerfile: string): string[] {
  const lines = dockerfile.split('\n').filter((line) => /^COPY (?!--from=)/.test(line));
  return lines.flatMap((line) => line.split(/\s+/).slice(1, -1));
}

describe('what is staged of the project for its image', () => {
  const { folder, build } = stage('gpu');
  const files = filesOf(folder);
  const sources = copied(readFileSync(join(projectRoot, 'container', 'Dockerfile'), 'utf8'));

  test('holds the Dockerfile that cdk deploy names, as it is', () => {
    expect(build).toMatchObject({ dockerFile: 'container/Dockerfile', dockerBuildTarget: 'gpu' });
    expect(readFileSync(join(folder, build.dockerFile), 'utf8')).toBe(
      readFileSync(join(projectRoot, 'container', 'Dockerfile'), 'utf8'),
    );
  });

  test('holds every file that the Dockerfile copies', () => {
    expect(sources.length).toBeGreaterThan(8);
    const missing = sources.filter((source) => !files.some((file) => within(file, source)));
    expect(missing).toEqual([]);
    const wanted = filesOf(join(projectRoot, 'container')).map((file) => `container/${file}`);
    expect(files.filter((file) => within(file, 'container'))).toEqual(wanted);
  });

  test('holds nothing else, and nothing large', () => {
    const others = files.filter((file) => !sources.some((source) => within(file, source)));
    expect(others).toEqual(['.dockerignore']);
    expect(files.filter((file) => /\.md$|^lib\/infra\/|\.test\.ts$/.test(file))).toEqual([]);
    expect(files.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0)).toBeLessThan(MAX_BYTES);
  });

  test('is built for x86-64 on every machine, and is the same for both targets but for the name', () => {
    expect(build.platform).toBe('linux/amd64');
    const cpu = stage('cpu');
    expect(cpu.build).toMatchObject({ dockerBuildTarget: 'cpu', platform: 'linux/amd64' });
    expect(filesOf(cpu.folder)).toEqual(files);
  });
});

describe('the hash of the image', () => {
  const copy = mkdtempSync(join(tmpdir(), 'moderation-image-'));
  const put = (path: string, content: string) => {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    writeFileSync(join(copy, path), content);
  };
  const hash = (options: ProjectImageOptions = {}) => stage('cpu', { folder: copy, ...options }).hash;
  let before: string;

  beforeAll(() => {
    const parts = [
      ...ROOT_FILES,
      '.dockerignore',
      'container',
      'bin',
      'scripts',
      'lib/contract',
      'lib/numeric',
    ];
    for (const part of parts) cpSync(join(projectRoot, part), join(copy, part), { recursive: true });
    before = hash();
  });
  afterAll(() => rmSync(copy, { recursive: true }));

  test('stays when documents, tests, models, infrastructure or what editors leave change', () => {
    const irrelevant = [
      'README.md',
      'docs/deploy.md',
      'lib/contract/NOTES.md',
      'test/contract/limits.test.ts',
      'models/other/model.safetensors',
      'lib/infra/constructs/rules.ts',
      'bench/main.ts',
      'cdk.json',
      'cdk.out/manifest.json',
      'node_modules/some/index.js',
      'dist/bin/moderate.js',
      'bin/app.ts',
      'scripts/setup.mjs',
      'lib/.DS_Store',
      'lib/contract/limits.ts~',
      'container/.config.ts.swp',
    ];
    for (const path of irrelevant) put(path, 'other than before');
    expect(hash()).toBe(before);
  });

  test.each([
    'lib/contract/limits.ts',
    'container/Dockerfile',
    'package-lock.json',
    'container/cuda-entrypoint.sh',
  ])('changes with %s', (path) => {
    const old = readFileSync(join(copy, path));
    appendFileSync(join(copy, path), '\n');
    expect(hash()).not.toBe(before);
    writeFileSync(join(copy, path), old);
    expect(hash()).toBe(before);
  });

  test('changes with a build argument, and neither with a proxy nor with the network of the build', () => {
    expect(hash({ buildArgs: { NODE_IMAGE: 'mirror.example/node:24-slim' } })).not.toBe(before);
    expect(hash({ buildArgs: { HTTPS_PROXY: 'http://proxy.example:3128' }, buildNetwork: 'host' })).toBe(
      before,
    );
  });
});

describe('the output of the build', () => {
  const machine = (environment: Record<string, string>) =>
    buildsWithBuildKit({ HOME: '/nowhere', ...environment });
  const plugins = mkdtempSync(join(tmpdir(), 'moderation-docker-'));
  mkdirSync(join(plugins, 'cli-plugins'));
  writeFileSync(join(plugins, 'cli-plugins', 'docker-buildx'), '');

  test('has the media types that SageMaker takes where BuildKit builds, and nothing that the older builder refuses', () => {
    expect(machine({ DOCKER_CONFIG: plugins })).toBe(true);
    expect(machine({ DOCKER_CONFIG: plugins, DOCKER_BUILDKIT: '0' })).toBe(false);
    expect(machine({ DOCKER_CONFIG: plugins, CDK_DOCKER: 'podman' })).toBe(false);
    expect(stage('cpu', { buildOutput: DOCKER_MEDIA_TYPES }).build.dockerOutputs).toEqual([
      'type=docker,oci-mediatypes=false',
    ]);
    expect(stage('cpu', { buildOutput: 'none' }).build.dockerOutputs).toBeUndefined();
  });

  test('makes no other image', () => {
    const [first, second] = ['none', DOCKER_MEDIA_TYPES].map(
      (buildOutput) => stage('cpu', { buildOutput }).hash,
    );
    expect(first).toBe(second);
  });
});

describe('a machine without Docker', () => {
  const context = { 'aws:cdk:bundling-stacks': ['**'] };
  const project = { image: 'project' };
  const bare = { CDK_DEFAULT_ACCOUNT: '111122223333', PATH: tmpdir() };

  test('is told what to do before cdk deploy begins', () => {
    expect(dockerHint(project, context, bare)).toMatch(
      /^There is no docker here, .* CDK_DOCKER, .* -c image=ACCOUNT/,
    );
    expect(dockerHint(project, context, { ...bare, CDK_DOCKER: 'podman' })).toMatch(
      /^There is no podman here/,
    );
    expect(dockerHint(project, context, { ...bare, CDK_DOCKER: '/no/docker' })).toMatch(
      /^There is no \/no\/docker/,
    );
  });

  test('is not told where no image is built: by another command, without credentials, with an image in ECR', () => {
    expect(dockerHint(project, { 'aws:cdk:bundling-stacks': [] }, bare)).toBeUndefined();
    expect(dockerHint(project, context, { PATH: tmpdir() })).toBeUndefined();
    expect(dockerHint({ image: IMAGE_URI }, context, bare)).toBeUndefined();
  });

  test('is one whose PATH has no such file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'moderation-path-'));
    writeFileSync(join(folder, 'docker'), '');
    expect(
      dockerHint(project, context, { ...bare, PATH: `${tmpdir()}${delimiter}${folder}` }),
    ).toBeUndefined();
    expect(dockerHint(project, context, { ...bare, CDK_DOCKER: join(folder, 'docker') })).toBeUndefined();
  });
});

describe('options of the build', () => {
  test('reach docker build', () => {
    const buildArgs = {
      NODE_IMAGE: 'mirror.example/node:24-slim',
      no_proxy: 'a.example,b.example',
      CUDA_PACKAGES: '',
    };
    const { build } = stage('gpu', { buildArgs, buildNetwork: 'host' });
    expect(build).toMatchObject({ dockerBuildArgs: buildArgs, networkMode: 'host' });
  });

  test('that the Dockerfile does not know are refused, with those that it does', () => {
    const message = failure(() => stage('cpu', { buildArgs: { NODE_IMAGES: 'x', HTTP_PROXY: 'y' } }));
    expect(message).toContain('build argument NODE_IMAGES is not declared by container/Dockerfile');
    expect(message).toContain('NODE_IMAGE, RUNTIME_IMAGE');
    expect(message.split('\n- ')).toHaveLength(2);
  });

  test('for a folder without a Dockerfile or .dockerignore are refused before anything is staged', () => {
    const empty = mkdtempSync(join(tmpdir(), 'moderation-empty-'));
    expect(failure(() => stage('cpu', { folder: empty }))).toContain(
      `${empty} has no container/Dockerfile and no .dockerignore`,
    );
  });

  test('put the Dockerfile back whatever the ignore file of the folder says', () => {
    const own = mkdtempSync(join(tmpdir(), 'moderation-own-'));
    mkdirSync(join(own, 'container'));
    writeFileSync(join(own, 'container', 'Dockerfile'), 'FROM scratch\n');
    for (const ignored of ['*', 'container', '**/Dockerfile', 'container/**']) {
      writeFileSync(join(own, '.dockerignore'), `${ignored}\n`);
      const { folder } = stage('cpu', { folder: own });
      expect([ignored, filesOf(folder)]).toEqual([ignored, ['.dockerignore', 'container/Dockerfile']]);
    }
  });
});

function within(file: string, source: string): boolean {
  return file === source || file.startsWith(`${source}/`);
}
