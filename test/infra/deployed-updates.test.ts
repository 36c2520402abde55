import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import { reviewDeployment } from '../../lib/cli/deploy/review-deployment.js';
import { createStack } from '../../lib/infra/stacks/create-stack.js';
import { deployCommand } from '../../lib/infra/stacks/deploy-command.js';
import type { Template as TemplateJson } from '../../lib/sagemaker/template/template.js';
import { ACCOUNT, type Context, LOCAL_IMAGE, LocalAws, motoPresent, REGION } from './support/local-aws.js';
import { MODEL_FOLDER, newApp } from './support/synthesize.js';

const OTHER_MODEL = 'test/fixtures/models/clip-tiny';
const SETTINGS = { model: MODEL_FOLDER, image: LOCAL_IMAGE, account: ACCOUNT, region: REGION };
let aws: LocalAws;

/** What `cdk deploy` does before and after its own part: the app's check, then the call of CloudFormation. */
function templateOf(context: Context): TemplateJson {
  return Template.fromStack(createStack(newApp({ ...SETTINGS, ...context }))).toJSON() as TemplateJson;
}

function review(context: Context): Promise<readonly string[]> {
  const place = { stackName: 'Moderation', account: ACCOUNT, region: REGION };
  return reviewDeployment({ ...place, template: templateOf(context), deployCommand: deployCommand(context) });
}

async function deploys(context: Context): Promise<Endpoint> {
  const exists = (await aws.endpointNames()).length > 0;
  expect(await review(context)).toEqual([]);
  await aws.changeStack(exists ? 'UpdateStack' : 'CreateStack', templateOf(context));
  return standing();
}

/** Refused by the check and, past it, by AWS, which leaves everything as it was. Gives the commands as settings. */
async function refuses(context: Context, message: RegExp): Promise<Context[]> {
  const before = await standing();
  const [problem = ''] = await review(context);
  expect(problem).toMatch(message);
  await expect(aws.changeStack('UpdateStack', templateOf(context))).rejects.toThrow(message);
  expect(await standing()).toEqual(before);
  return commandsIn(problem);
}

function commandsIn(text: string): Context[] {
  return [...text.matchAll(/^ +npx cdk deploy(.*)$/gm)].map(
    ([, flags = '']) =>
      Object.fromEntries(
        [...flags.matchAll(/-c (\S+?)=(\S+)/g)].map(([, key, value]) => [key, value]),
      ) as Context,
  );
}

interface Endpoint {
  readonly name: string;
  readonly config: string;
  readonly count: number | undefined;
  readonly type: string | undefined;
  readonly model: string;
}

/** The one endpoint there is. */
async function standing(): Promise<Endpoint> {
  const names = await aws.endpointNames();
  expect(names).toHaveLength(1);
  const name = names[0] ?? '';
  const endpoint = await aws.sagemaker<{
    EndpointConfigName: string;
    ProductionVariants: { DesiredInstanceCount?: number }[];
  }>('DescribeEndpoint', { EndpointName: name });
  const config = await aws.sagemaker<{ ProductionVariants: { InstanceType?: string; ModelName: string }[] }>(
    'DescribeEndpointConfig',
    { EndpointConfigName: endpoint.EndpointConfigName },
  );
  return {
    name,
    config: endpoint.EndpointConfigName,
    count: endpoint.ProductionVariants[0]?.DesiredInstanceCount,
    type: config.ProductionVariants[0]?.InstanceType,
    model: config.ProductionVariants[0]?.ModelName ?? '',
  };
}

async function removed(): Promise<void> {
  await aws.changeStack('DeleteStack');
  expect(await aws.inventory()).toEqual({ endpoints: 0, configs: 0, models: 0 });
}

(motoPresent ? describe : describe.skip)('updates against a local AWS API that enforces the rules', () => {
  const before = { ...process.env };

  beforeAll(async () => {
    aws = await LocalAws.start(join(mkdtempSync(join(tmpdir(), 'moderation-updates-')), 'out'));
    Object.assign(process.env, aws.environment);
    await aws.bootstrap();
  });

  afterAll(async () => {
    process.env = before;
    await aws.stop();
  });

  test('cdk deploy ends before it begins with the commands that change the instance type, and they do', async () => {
    const first = await deploys({ minInstances: '2' });
    const next = { model: MODEL_FOLDER, minInstances: '2', instanceType: 'ml.g5.xlarge' };
    const { status, output } = await aws.deploy(next);
    expect(status).toBe(1);
    expect(output).toContain('https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html');
    expect(output).not.toMatch(/npx cdk deploy.*\(Annotation\)/);
    expect(await standing()).toEqual(first);
    const [pause, change] = commandsIn(output);
    expect(await aws.deploy(pause ?? {})).toMatchObject({ status: 0 });
    expect(await standing()).toEqual(first);
    expect(await aws.deploy(change ?? {})).toMatchObject({ status: 0 });
    expect(await standing()).toMatchObject({ name: first.name, count: 2, type: 'ml.g5.xlarge' });

    const past = await aws.deploy({ ...next, instanceType: 'ml.c6i.xlarge', checkDeployed: 'false' });
    expect(past.status).toBe(1);
    expect(past.output).toMatch(/is scaled; its instance type cannot become ml\.c6i[\s\S]*failed to deploy/);
    await aws.cdk(['destroy', '--force'], { model: MODEL_FOLDER });
    expect(await aws.inventory()).toEqual({ endpoints: 0, configs: 0, models: 0 });
  });

  test('one instance to two, another model, a canary', async () => {
    const first = await deploys({});
    expect(first).toMatchObject({ count: 1, type: 'ml.g4dn.xlarge' });
    expect(await deploys({ minInstances: '2' })).toEqual({ ...first, count: 2 });
    const canary = await deploys({ minInstances: '2', model: OTHER_MODEL, rollout: 'canary' });
    expect(canary.model).not.toBe(first.model);
    expect(await aws.inventory()).toEqual({ endpoints: 1, configs: 1, models: 1 });
    await removed();
  });

  test('a canary on a fleet of one, and another hosting under a fixed name, are refused with what to do', async () => {
    await deploys({ endpointName: 'moderation' });
    const canary = { endpointName: 'moderation', minInstances: '2', rollout: 'canary', model: OTHER_MODEL };
    const [allAtOnce = {}] = await refuses(canary, /The canary is 1 instance, and the variant Primary of/);
    expect(allAtOnce).toEqual({ ...canary, rollout: 'all-at-once' });
    expect(await deploys(allAtOnce)).toMatchObject({ count: 2 });

    const hosting = { endpointName: 'moderation', hosting: 'async' };
    const [renamed = {}] = await refuses(
      hosting,
      /The endpoint moderation hosts realtime and cannot become async/,
    );
    expect(await deploys(renamed)).toMatchObject({ name: 'moderation-async' });
    await removed();
  });

  test('hosting goes from one kind to the next and back, by endpoints of other names', async () => {
    const { name } = await deploys({});
    const names: string[] = [];
    for (const hosting of ['async', 'serverless', 'scale-to-zero', 'realtime']) {
      names.push((await deploys({ hosting, precision: 'int8' })).name);
    }
    expect(names).toEqual([`${name}-async`, `${name}-serverless`, `${name}-zero`, name]);
    await removed();
  });
});
