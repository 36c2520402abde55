/** Where the container image comes from. */
import { fileURLToPath } from 'node:url';
import { type IRepository, Repository } from 'aws-cdk-lib/aws-ecr';
import { Arn, ArnFormat, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { warnOfImage } from '../collected-assets.js';
import { check, fails } from '../rules.js';
import { type ImageBuildOptions, projectAsset } from './project-asset.js';

/** `gpu`: CUDA, for g and p instance types. `cpu`: for all others and serverless. */
export type ImageTarget = 'cpu' | 'gpu';

export interface BoundImage {
  readonly uri: string;
  readonly repository: IRepository;
}

export interface ProjectImageOptions extends ImageBuildOptions {
  /** @default - `gpu` on GPU instance types, else `cpu` */
  readonly target?: ImageTarget;
  /**
   * Folder with `container/Dockerfile`, whose `.dockerignore` keeps out what the image does not need.
   *
   * @default - this project
   */
  readonly folder?: string;
}

/** From lib/infra/constructs/container, compiled under dist/, up to the project's folder. */
const PROJECT_FOLDER = fileURLToPath(new URL('../../../../../', import.meta.url));
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const ECR_URI =
  /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([a-z0-9._/-]+)@(sha256:[0-9a-f]{64})$/;

/** A container image, always fixed by content: by digest, or by a tag that is the hash of its sources. */
export abstract class ImageSource {
  /** The target that the image was built for; undefined when it is not known, or chosen by the instance type. */
  abstract readonly target: ImageTarget | undefined;
  /** Whether it is built from this project's Dockerfile, so that its CUDA version is known. */
  abstract readonly fromThisProject: boolean;

  /** Built from `container/Dockerfile` and pushed by `cdk deploy`. Synthesis needs no Docker. */
  static fromProject(options: ProjectImageOptions = {}): ImageSource {
    return new ProjectImage(options);
  }

  /**
   * An image in ECR.
   *
   * @param digest `sha256:…`; a tag may move, and a moved tag never rolls out
   * @param target what the image was built for; checked against the instance type. @default - not checked
   */
  static fromEcr(repository: IRepository, digest: string, target?: ImageTarget): ImageSource {
    return new EcrImage(() => repository, digest, target);
  }

  /**
   * An image in ECR, by its URI: `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME@sha256:…`.
   *
   * @param target as for {@link ImageSource.fromEcr}
   */
  static fromUri(uri: string, target?: ImageTarget): ImageSource {
    const [, account, region, repositoryName, digest] = ECR_URI.exec(uri) ?? [];
    if (!account || !region || !repositoryName || !digest) {
      check('image source', [
        {
          broken: true,
          problem: `image is ${JSON.stringify(uri)}; expected ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME@sha256:DIGEST. A tag may move, and a moved tag never rolls out.`,
        },
      ]);
    }
    const find = (scope: Construct): IRepository =>
      (scope.node.tryFindChild('Repository') as IRepository | undefined) ??
      Repository.fromRepositoryAttributes(scope, 'Repository', {
        repositoryName: repositoryName ?? '',
        repositoryArn: Arn.format({
          partition: Stack.of(scope).partition,
          service: 'ecr',
          region: region ?? '',
          account: account ?? '',
          resource: 'repository',
          resourceName: repositoryName ?? '',
          arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
        }),
      });
    return new EcrImage(find, digest ?? '', target);
  }

  /** Makes the image available to a stack. */
  abstract bind(scope: Construct, target: ImageTarget): BoundImage;
}

class ProjectImage extends ImageSource {
  override readonly fromThisProject: boolean;
  override readonly target: ImageTarget | undefined;
  readonly #folder: string;
  readonly #build: ImageBuildOptions;

  constructor({ target, folder = PROJECT_FOLDER, ...build }: ProjectImageOptions) {
    super();
    this.target = target;
    this.#folder = folder;
    this.#build = build;
    this.fromThisProject = folder === PROJECT_FOLDER;
  }

  override bind(scope: Construct, target: ImageTarget): BoundImage {
    const { imageUri, repository } = projectAsset(scope, target, this.#folder, this.#build);
    return { uri: imageUri, repository };
  }
}

class EcrImage extends ImageSource {
  override readonly fromThisProject = false;

  constructor(
    private readonly repository: (scope: Construct) => IRepository,
    private readonly digest: string,
    override readonly target: ImageTarget | undefined,
  ) {
    super();
    check('image source', [
      {
        broken: fails(digest, (known) => DIGEST.test(known)),
        problem: `digest is ${JSON.stringify(digest)}; expected sha256: and 64 hex digits. A tag may move, and a moved tag never rolls out.`,
      },
    ]);
  }

  override bind(scope: Construct, _target: ImageTarget): BoundImage {
    const repository = this.repository(scope);
    warnOfImage(scope, repository.repositoryName);
    return { uri: repository.repositoryUriForDigest(this.digest), repository };
  }
}
