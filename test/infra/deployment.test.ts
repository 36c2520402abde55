import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LocalAws, motoPresent } from './support/local-aws.js';
import { MODEL_FOLDER } from './support/synthesize.js';

const folder = mkdtempSync(join(tmpdir(), 'moderation-deployment-'));
const model = join(folder, 'model');
let aws: LocalAws;

(motoPresent ? describe : describe.skip)('a deployment against a local AWS API', () => {
  beforeAll(async () => {
    cpSync(MODEL_FOLDER, model, { recursive: true });
    aws = await LocalAws.start(join(folder, 'out'));
  });

  afterAll(() => aws.stop());

  test('bootstrap, deploy, an update of thresholds and destroy leave what they should', async () => {
    await aws.bootstrap();
    expect(await aws.deploy({ model })).toMatchObject({ status: 0 });
    expect(await aws.inventory()).toEqual({ endpoints: 1, configs: 1, models: 1 });
    const before = await modelPrefix();
    const [name = ''] = await aws.endpointNames();
    expect(await aws.moderate('endpoint', 'status', name)).toMatch(
      /^\S+: InService[\s\S]*Primary: ml.g4dn.xlarge[\s\S]*health: answers/,
    );

    const config = join(model, 'inference_config.json');
    writeFileSync(config, readFileSync(config, 'utf8').replace('0.75', '0.76'));
    expect(await aws.deploy({ model })).toMatchObject({ status: 0 });
    expect(await aws.inventory()).toEqual({ endpoints: 1, configs: 1, models: 1 });
    expect(await modelPrefix()).not.toBe(before);

    await aws.cdk(['destroy', '--force'], { model });
    expect(await aws.inventory()).toEqual({ endpoints: 0, configs: 0, models: 0 });
    expect(await aws.call('monitoring', { Action: 'DescribeAlarms', Version: '2010-08-01' })).not.toContain(
      '<AlarmName>',
    );
  });
});

/** Of the one model there is. */
async function modelPrefix(): Promise<string> {
  const { Models } = await aws.sagemaker<{ Models: { ModelName: string }[] }>('ListModels', {});
  const details = await aws.sagemaker<object>('DescribeModel', { ModelName: Models[0]?.ModelName });
  return /s3:\/\/[^"]+\/[0-9a-f]{64}\.model\//.exec(JSON.stringify(details))?.[0] ?? '';
}
