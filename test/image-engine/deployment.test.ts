/**
 * A user's way, from the first deployment to the last clean-up: the real `cdk` with cdk.json, the real image build out of
 * what it staged, a local AWS API that updates stacks in CloudFormation's order and refuses what UpdateEndpoint refuses.
 * Only the push is stood in for, and where the CUDA provider comes from. Each test goes on where the one before it ended.
 */
import { cpSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListBucketsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { listModelFiles } from '../../lib/infra/constructs/model/model-files.js';
import { ACCOUNT, LocalAws, motoPresent, REGION } from '../infra/support/local-aws.js';
import { projectRoot } from '../support/project-root.js';
import { CdkCli } from './support/cdk-cli.js';
import { describeImage, docker, tryDocker } from './support/docker.js';
import { ProviderArchive } from './support/provider-archive.js';

const DEMO = join(projectRoot, 'models', 'demo');
const ASSETS = `cdk-hnb659fds-assets-${ACCOUNT}-${REGION}`;
const DEPLOY = 'npx cdk deploy --require-approval never';
const COLLECT = 'npx cdk gc --unstable=gc --rollback-buffer-days 0 --created-buffer-days 0 --confirm=false';
/** Far beyond what any takes, the build with an empty cache included: a busy machine is no failure. */
const TIMEOUT_MS = 900_000;

const folder = mkdtempSync(join(tmpdir(), 'moderation-user-'));
const otherModel = join(folder, 'model');
let aws: LocalAws;
let s3: S3Client;
let provider: ProviderArchive;
let cdk: CdkCli;
/** Settings that this machine's build needs, as a user behind a mirror gives them. */
let build: string;
/** As it was pushed. */
let image: string;

describeImage('a deployment as a user runs it', () => {
  const here = motoPresent ? test : test.skip;

  beforeAll(async () => {
    if (!motoPresent) return;
    aws = await LocalAws.start(join(folder, 'unused'));
    s3 = new S3Client({
      endpoint: aws.environment['AWS_ENDPOINT_URL'] ?? '',
      region: REGION,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      forcePathStyle: true,
    });
    provider = await ProviderArchive.serve();
    build = buildSettings(provider.url);
    cdk = new CdkCli(folder, aws.environment);
    cpSync(DEMO, otherModel, { recursive: true });
    const config = join(otherModel, 'inference_config.json');
    writeFileSync(config, readFileSync(config, 'utf8').replace('0.85', '0.84'));
  });

  afterAll(async () => {
    s3?.destroy();
    await aws?.stop();
    await provider?.close();
    const [, tag = ''] = /:([^:/]+)$/.exec(image ?? '') ?? [];
    if (tag !== '') await tryDocker('image', 'rm', image, `cdkasset-${tag}`);
  });

  here(
    'the defaults: the image is built from what was staged and pushed, the model uploaded, the endpoint made',
    async () => {
      await cdk.line('npx cdk bootstrap');
      const output = await cdk.line(`${DEPLOY} ${build}`);
      expect(output).toMatch(/Moderation\.EndpointName = \S+/);
      expect(output).toMatch(/Published demo\/model\.safetensors/);

      const calls = cdk.takeDockerCalls();
      expect(calls.map(([command]) => command)).toEqual(['login', 'inspect', 'build', 'tag', 'push']);
      expect(calls[2]).toEqual(expect.arrayContaining(['--platform', 'linux/amd64', '--target', 'gpu']));
      image = calls[4]?.[1] ?? '';
      const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
      expect(await docker('run', '--rm', image, '--version')).toContain(version);

      const standing = await endpoint();
      expect(standing).toMatchObject({ type: 'ml.g4dn.xlarge', count: 1, image });
      expect(await uploaded(standing.model)).toEqual(filesOf(DEMO));
    },
    TIMEOUT_MS,
  );

  here(
    'the same again: nothing differs, nothing is built, uploaded or changed',
    async () => {
      const before = await endpoint();
      expect(await cdk.line(`npx cdk diff --fail ${build}`)).toMatch(/Number of stacks with differences: 0/);
      expect(await cdk.line(`${DEPLOY} ${build}`)).toMatch(/no changes/);
      expect(cdk.takeDockerCalls()).toEqual([]);
      expect(await endpoint()).toEqual(before);
    },
    TIMEOUT_MS,
  );

  here(
    'another number of instances, another model: no image is built, and the model before stays where it is',
    async () => {
      const before = await endpoint();
      await cdk.line(`${DEPLOY} ${build} -c minInstances=2`);
      expect(await endpoint()).toEqual({ ...before, count: 2 });

      await cdk.line(`${DEPLOY} ${build} -c minInstances=2 -c model=${otherModel}`);
      const after = await endpoint();
      expect(after).toMatchObject({ name: before.name, count: 2, image });
      expect(after.model).not.toBe(before.model);
      expect(await uploaded(after.model)).toEqual(filesOf(otherModel));
      expect(await uploaded(before.model)).toEqual(filesOf(DEMO));
      expect(cdk.takeDockerCalls()).toEqual([]);
    },
    TIMEOUT_MS,
  );

  here(
    'another instance type: refused before anything is touched, and done by the commands that the refusal prints',
    async () => {
      const before = await endpoint();
      const wanted = `${build} -c minInstances=2 -c model=${otherModel} -c instanceType=ml.g5.xlarge`;
      const { code, output } = await cdk.tryLine(`${DEPLOY} ${wanted}`);
      expect(code).toBe(1);
      expect(await endpoint()).toEqual(before);
      const commands = [...output.matchAll(/^ +(npx cdk deploy .*)$/gm)].map(([, command = '']) => command);
      expect(commands).toHaveLength(2);
      for (const command of commands) await cdk.line(`${command} --require-approval never`);
      expect(await endpoint()).toMatchObject({ name: before.name, type: 'ml.g5.xlarge', count: 2, image });
    },
    TIMEOUT_MS,
  );

  here(
    'another hosting: an endpoint of another name, and the one before is gone',
    async () => {
      const before = await endpoint();
      const output = await cdk.line(`${DEPLOY} ${build} -c hosting=async -c model=${otherModel}`);
      const after = await endpoint();
      expect(after.name).toBe(`${before.name}-async`);
      expect(output).toContain(`Moderation.EndpointName = ${after.name}`);
      expect(await aws.inventory()).toEqual({ endpoints: 1, configs: 1, models: 1 });
    },
    TIMEOUT_MS,
  );

  here(
    'the collector of assets leaves the model and the image of the endpoint, and takes what none uses',
    async () => {
      const { model } = await endpoint();
      const obsolete = `s3://${ASSETS}/${listModelFiles(DEMO).hash}.model/`;
      expect(await uploaded(obsolete)).not.toEqual(new Map());
      await cdk.line(COLLECT);
      expect(await uploaded(model)).toEqual(filesOf(otherModel));
      expect(await uploaded(obsolete)).toEqual(new Map());
      expect(await pushed()).toEqual([image.replace(/^.*:/, '')]);
    },
    TIMEOUT_MS,
  );

  here(
    'destroyed: what stays is what the documentation says, and the collector takes that of it which nobody needs',
    async () => {
      const { model } = await endpoint();
      await cdk.line('npx cdk destroy --force');
      expect(await aws.inventory()).toEqual({ endpoints: 0, configs: 0, models: 0 });
      expect(await aws.call('monitoring', { Action: 'DescribeAlarms', Version: '2010-08-01' })).not.toContain(
        '<AlarmName>',
      );
      expect(await uploaded(model)).toEqual(filesOf(otherModel));
      const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
      expect(Buckets.map(({ Name }) => Name)).toEqual([ASSETS, expect.stringContaining('asyncbucket')]);

      await cdk.line(COLLECT);
      expect(await uploaded(model)).toEqual(new Map());
      expect(await pushed()).toEqual([]);
    },
    TIMEOUT_MS,
  );
});

/** As `npm run image` takes them: `--network NAME`, `--build-arg NAME=VALUE`. */
function buildSettings(providerUrl: string): string {
  const ofMachine = process.env['MODERATION_IMAGE_BUILD_ARGS'] ?? '';
  const own = [`PROVIDER_URL=${providerUrl}`, 'PROVIDER_SHA256=', 'CUDA_PACKAGES='];
  const given = [...ofMachine.matchAll(/--build-arg[ =](\S+)/g)].map(([, argument = '']) => argument);
  const [, network] = /--network[ =](\S+)/.exec(ofMachine) ?? [];
  return `-c buildArgs='${[...given, ...own].join(' ')}'${network === undefined ? '' : ` -c buildNetwork=${network}`}`;
}

interface Endpoint {
  readonly name: string;
  readonly type: string | undefined;
  readonly count: number | undefined;
  readonly image: string;
  /** Where its files lie in S3. */
  readonly model: string;
}

/** The one endpoint there is. */
async function endpoint(): Promise<Endpoint> {
  const names = await aws.endpointNames();
  expect(names).toHaveLength(1);
  const name = names[0] ?? '';
  const { EndpointConfigName, ProductionVariants } = await aws.sagemaker<{
    EndpointConfigName: string;
    ProductionVariants: { DesiredInstanceCount?: number }[];
  }>('DescribeEndpoint', { EndpointName: name });
  const config = await aws.sagemaker<{ ProductionVariants: { InstanceType?: string; ModelName: string }[] }>(
    'DescribeEndpointConfig',
    { EndpointConfigName },
  );
  const [variant] = config.ProductionVariants;
  const { PrimaryContainer } = await aws.sagemaker<{
    PrimaryContainer: { Image: string; ModelDataSource: { S3DataSource: { S3Uri: string } } };
  }>('DescribeModel', { ModelName: variant?.ModelName });
  return {
    name,
    type: variant?.InstanceType,
    count: ProductionVariants[0]?.DesiredInstanceCount,
    image: PrimaryContainer.Image,
    model: PrimaryContainer.ModelDataSource.S3DataSource.S3Uri,
  };
}

/** Names and sizes of what lies under a prefix in S3. */
async function uploaded(address: string): Promise<Map<string, number>> {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(address) ?? [];
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
  return new Map(Contents.map(({ Key = '', Size = 0 }) => [Key.slice(prefix.length), Size]));
}

/** Names and sizes of a model's files, as they are deployed. */
function filesOf(model: string): Map<string, number> {
  return new Map(listModelFiles(model).names.map((name) => [name, statSync(join(model, name)).size]));
}

/** Tags of the images in the registry. */
async function pushed(): Promise<readonly string[]> {
  const reply = await fetch(aws.environment['AWS_ENDPOINT_URL'] ?? '', {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${REGION}/ecr/aws4_request`,
      'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.ListImages',
      'content-type': 'application/x-amz-json-1.1',
    },
    body: JSON.stringify({ repositoryName: `cdk-hnb659fds-container-assets-${ACCOUNT}-${REGION}` }),
  });
  const { imageIds } = (await reply.json()) as { imageIds: { imageTag?: string }[] };
  return imageIds.flatMap(({ imageTag }) => imageTag ?? []);
}
