/** The sources of the project's image, staged as `docker build` would see them, and how they are built. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DockerImageAsset, NetworkMode, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { IgnoreMode } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { defined } from '../defined.js';
import { check } from '../rules.js';
import { buildsWithBuildKit } from './docker-tools.js';
import type { ImageTarget } from './image-source.js';

export interface ImageBuildOptions {
  /**
   * Build arguments of `container/Dockerfile`, such as `NODE_IMAGE` where base images come from a mirror, and the proxies
   * that Docker knows (`HTTP_PROXY`, `NO_PROXY`). Another value is another image, which rolls out; another proxy is not.
   * Not for secrets: they lie readable in the cloud assembly.
   *
   * @default - those of the Dockerfile
   */
  readonly buildArgs?: Readonly<Record<string, string>>;
  /**
   * Network of the build's commands, as for `docker build --network`: `host`, `none` or the name of one.
   *
   * @default - Docker's own
   */
  readonly buildNetwork?: string;
  /**
   * What is built, as for `docker build --output`, or `none` for what the builder takes itself. SageMaker refuses an image
   * whose manifest has OCI's media types, which newer versions of BuildKit write unless they are told otherwise.
   *
   * @default - Docker's media types where this machine builds with BuildKit; `none` elsewhere
   */
  readonly buildOutput?: string;
}

/** Loads the image into the engine, with the media types that SageMaker takes. */
export const DOCKER_MEDIA_TYPES = 'type=docker,oci-mediatypes=false';
const NO_OUTPUT = 'none';

export const DOCKERFILE = 'container/Dockerfile';
const IGNORE_FILE = '.dockerignore';
/** What Docker takes as a build argument though no Dockerfile declares it. It changes no image. */
const PROXY = /^(?:https?|ftp|no|all)_proxy$/i;

/**
 * Stages what `.dockerignore` lets through. The Dockerfile is added back whatever that file says: Docker reads it beside
 * the context, and CDK out of the staged folder. Built for x86-64 on every machine, which is what SageMaker's instances
 * and ONNX Runtime's CUDA provider are.
 *
 * @throws ModerationError `invalid_configuration` when the folder is not one that an image can be built from, or a build
 * argument is not one of its Dockerfile
 */
export function projectAsset(
  scope: Construct,
  target: ImageTarget,
  folder: string,
  { buildArgs = {}, buildNetwork, buildOutput = defaultOutput() }: ImageBuildOptions,
): DockerImageAsset {
  checkFolder(folder);
  checkArguments(folder, Object.keys(buildArgs));
  const lasting = Object.entries(buildArgs).filter(([name]) => !PROXY.test(name));
  return new DockerImageAsset(
    scope,
    `Image-${target}`,
    defined({
      directory: folder,
      file: DOCKERFILE,
      target,
      buildArgs,
      networkMode: buildNetwork === undefined ? undefined : NetworkMode.custom(buildNetwork),
      platform: Platform.LINUX_AMD64,
      outputs: buildOutput === NO_OUTPUT ? undefined : [buildOutput],
      ignoreMode: IgnoreMode.DOCKER,
      exclude: [`!${DOCKERFILE}`],
      extraHash: lasting.length === 0 ? undefined : JSON.stringify(lasting.sort()),
      invalidation: { buildArgs: false, networkMode: false, outputs: false },
      displayName: `moderation ${target}`,
    }),
  );
}

function defaultOutput(): string {
  return buildsWithBuildKit(process.env) ? DOCKER_MEDIA_TYPES : NO_OUTPUT;
}

function checkFolder(folder: string): void {
  const missing = [DOCKERFILE, IGNORE_FILE].filter((name) => !existsSync(join(folder, name)));
  check('image source', [
    {
      broken: missing.length > 0,
      problem:
        `${folder} has no ${missing.join(' and no ')}, so no image can be built from it; expected a checkout of the ` +
        'project. Name an image by digest instead: setting image, or ImageSource.fromEcr or fromUri.',
    },
  ]);
}

function checkArguments(folder: string, names: readonly string[]): void {
  const dockerfile = readFileSync(join(folder, DOCKERFILE), 'utf8');
  const declared = [...new Set([...dockerfile.matchAll(/^\s*ARG\s+(\w+)/gim)].map(([, name]) => name))];
  check(
    'image source',
    names
      .filter((name) => !declared.includes(name) && !PROXY.test(name))
      .map((name) => ({
        broken: true,
        problem: `build argument ${name} is not declared by ${DOCKERFILE}; it has ${declared.join(', ')}, and Docker adds the proxies.`,
      })),
  );
}
