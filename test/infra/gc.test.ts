/** The real `cdk gc` with endpoints of every kind standing, against a local AWS API. */
import { mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { alteredModel } from './support/altered-model.js';
import { ACCOUNT, LocalAws, motoPresent, REGION } from './support/local-aws.js';

const BUCKET = `cdk-hnb659fds-assets-${ACCOUNT}-${REGION}`;
const APP = 'node dist/test/infra/support/collected-app.js';
const NOBODYS = 'nobodys.json';
/** What no collector may wait for, and what no question may hold up. */
const AT_ONCE = ['--rollback-buffer-days', '0', '--created-buffer-days', '0', '--confirm=false'];
const TIMEOUT_MS = 300_000;

let aws: LocalAws;
let s3: S3Client;
let models: readonly string[];

(motoPresent ? describe : describe.skip)('cdk gc', () => {
  beforeAll(async () => {
    aws = await LocalAws.start(join(mkdtempSync(join(tmpdir(), 'moderation-gc-')), 'out'));
    s3 = new S3Client({
      endpoint: aws.environment['AWS_ENDPOINT_URL'] ?? '',
      region: REGION,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      forcePathStyle: true,
    });
    models = [0.71, 0.72, 0.73, 0.74, 0.76, 0.77, 0.78].map(alteredModel);
    const [first = ''] = models;
    renameSync(join(first, 'cases.json'), join(first, 'cases.of.été.v2.json'));
    writeFileSync(join(first, '.hidden.json'), '{}');
    await aws.bootstrap();
  }, TIMEOUT_MS);

  afterAll(async () => {
    s3?.destroy();
    await aws?.stop();
  });

  test(
    'leaves every file of every model that a stack names, and takes them all when the stacks are gone',
    async () => {
      await cdk(['deploy', '--all', '--require-approval', 'never']);
      await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: NOBODYS, Body: '{}' }));
      const places = await modelPlaces();
      expect(places).toHaveLength(9);
      const standing = await filesAt(places);
      expect(standing.filter((key) => key.endsWith('/model.safetensors'))).toHaveLength(7);
      expect(standing.filter((key) => key.endsWith('.tar.gz'))).toHaveLength(2);
      expect(standing.filter((key) => /été|\.hidden/.test(key))).toHaveLength(2);
      expect(standing.filter((key) => key.startsWith('v1.2/models/')).length).toBeGreaterThan(5);

      await cdk(['gc', '--unstable=gc', ...AT_ONCE]);
      expect(await keys('')).not.toContain(NOBODYS);
      expect(await filesAt(places)).toEqual(standing);

      await cdk(['destroy', '--all', '--force']);
      await cdk(['gc', '--unstable=gc', ...AT_ONCE]);
      expect(await keys('')).toEqual([]);
    },
    TIMEOUT_MS,
  );
});

function cdk(args: readonly string[]): Promise<string> {
  return aws.cdk(args, { models: JSON.stringify(models) }, APP);
}

/** Where the models of SageMaker lie: prefixes, and keys of tar.gz files. */
async function modelPlaces(): Promise<readonly string[]> {
  const { Models } = await aws.sagemaker<{ Models: { ModelName: string }[] }>('ListModels', {});
  return Promise.all(
    Models.map(async ({ ModelName }) => {
      const description = JSON.stringify(await aws.sagemaker<object>('DescribeModel', { ModelName }));
      const [, key = ''] = new RegExp(`s3://${BUCKET}/([^"]+)`).exec(description) ?? [];
      return key;
    }),
  );
}

async function filesAt(places: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(places.map(keys));
  for (const [index, place] of places.entries()) {
    expect({ place, files: found[index]?.length }).not.toMatchObject({ files: 0 });
  }
  return found.flat();
}

async function keys(prefix: string): Promise<readonly string[]> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: prefix }));
  return Contents.map(({ Key = '' }) => Key);
}
