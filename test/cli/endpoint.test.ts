import { afterEach, describe, expect, test } from '@jest/globals';
import { runCli } from '../support/run-cli.js';
import { notFound, SageMakerServer } from '../support/sagemaker-server.js';

const ENDPOINT = {
  EndpointName: 'moderation',
  EndpointArn: 'arn:aws:sagemaker:eu-west-1:111122223333:endpoint/moderation',
  EndpointConfigName: 'config-1',
  EndpointStatus: 'InService',
  CreationTime: 1_700_000_000,
  LastModifiedTime: 1_700_000_000,
  ProductionVariants: [
    { VariantName: 'Primary', CurrentInstanceCount: 2, DesiredInstanceCount: 3, CurrentWeight: 1 },
  ],
};
const CONFIG = (name: string, ...models: string[]) => ({
  EndpointConfigName: name,
  EndpointConfigArn: 'arn:config',
  CreationTime: 1_700_000_000,
  ProductionVariants: models.map((ModelName) => ({
    VariantName: 'Primary',
    ModelName,
    InstanceType: 'ml.g4dn.xlarge',
  })),
});

let server: SageMakerServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

interface World {
  readonly states?: readonly object[];
  readonly stack?: string;
  /** Models of a second configuration. */
  readonly others?: readonly string[];
}

async function endpoint(args: readonly string[], world: World = {}, interruptOn?: string) {
  const { states = [{}], stack, others = [] } = world;
  let deleted = false;
  let describes = 0;
  server = await SageMakerServer.start({
    DescribeEndpoint: ({ EndpointName }) => {
      if (deleted || EndpointName !== 'moderation') notFound(`endpoint "${String(EndpointName)}"`);
      const state = states[Math.min(describes, states.length - 1)];
      describes += 1;
      return { ...ENDPOINT, ...state };
    },
    DescribeEndpointConfig: ({ EndpointConfigName: name }) =>
      name === 'config-1' ? CONFIG('config-1', 'model-1', 'model-2') : CONFIG(String(name), ...others),
    ListTags: () => ({
      Tags: stack === undefined ? [] : [{ Key: 'aws:cloudformation:stack-name', Value: stack }],
    }),
    ListEndpoints: () => ({ Endpoints: [{ EndpointName: 'moderation' }] }),
    ListEndpointConfigs: (_, call) =>
      call === 0
        ? { EndpointConfigs: [{ EndpointConfigName: 'config-1' }], NextToken: 'more' }
        : { EndpointConfigs: [{ EndpointConfigName: 'config-2' }] },
    DeleteEndpoint: () => {
      deleted = true;
      return {};
    },
    DeleteEndpointConfig: () => ({}),
    DeleteModel: () => ({}),
  });
  const options = { env: server.environment, ...(interruptOn !== undefined && { interruptOn }) };
  return runCli(['endpoint', ...args], options);
}

describe('moderate endpoint status', () => {
  test('tells configuration, models, stack, variants and health', async () => {
    const { code, stdout } = await endpoint(['status', 'moderation'], { stack: 'Moderation' });
    expect(code).toBe(0);
    for (const part of [
      'moderation: InService',
      'configuration: config-1',
      'models: model-1, model-2',
      'stack: Moderation',
      'Primary: ml.g4dn.xlarge, 2 of 3 instances, weight 1',
      'health: answers',
    ]) {
      expect(stdout).toContain(part);
    }
  });

  test('tells an update that was undone from one that came through, by its exit code too', async () => {
    const states = [{ FailureReason: 'One or more configured alarm(s) are in ALARM state' }];
    const { code, stdout } = await endpoint(['status', 'moderation'], { states });
    expect(code).toBe(1);
    expect(stdout).toContain('answers as before; the last update failed and was undone');
    expect(stdout).toContain('reason: One or more configured alarm(s)');
  });

  test('tells how many instances of each type of a pool run', async () => {
    const InstancePools = [
      { InstanceType: 'ml.g4dn.xlarge', CurrentInstanceCount: 0 },
      { InstanceType: 'ml.g6.xlarge', CurrentInstanceCount: 2 },
    ];
    const states = [{ ProductionVariants: [{ ...ENDPOINT.ProductionVariants[0], InstancePools }] }];
    const { stdout } = await endpoint(['status', 'moderation'], { states });
    expect(stdout).toContain('Primary: pool of ml.g4dn.xlarge (0), ml.g6.xlarge (2), 2 of 3 instances');
  });

  test('prints JSON', async () => {
    const { stdout } = await endpoint(['status', 'moderation', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      endpoint: { EndpointStatus: 'InService' },
      config: { EndpointConfigName: 'config-1' },
    });
  });

  test('of one that does not exist is an error', async () => {
    const { code, stderr } = await endpoint(['status', 'other']);
    expect(code).toBe(1);
    expect(stderr).toContain('There is no endpoint other in this account and region');
  });
});

describe('moderate endpoint wait', () => {
  test('ends when it answers', async () => {
    const states = [{ EndpointStatus: 'Updating' }, { EndpointStatus: 'InService' }];
    const { code, stderr } = await endpoint(['wait', 'moderation', '--interval', '1'], { states });
    expect(code).toBe(0);
    expect(stderr).toMatch(/Updating\n.*InService\n/);
  });

  test('exits with 1 when it failed, and says where to look when no container started', async () => {
    const states = [{ EndpointStatus: 'Failed', FailureReason: 'CannotStartContainerError. Please ensure' }];
    const { code, stdout } = await endpoint(['wait', 'moderation'], { states });
    expect(code).toBe(1);
    expect(stdout).toContain('aws logs tail /aws/sagemaker/Endpoints/moderation');
    expect(stdout).toContain('the machine image does not fit');
  });

  test('can be interrupted; SageMaker goes on', async () => {
    const states = [{ EndpointStatus: 'Creating' }];
    const { code, stderr } = await endpoint(['wait', 'moderation'], { states }, 'Creating');
    expect(code).toBe(130);
    expect(stderr).toContain('`moderate endpoint wait moderation` waits again');
  });
});

describe('moderate endpoint delete', () => {
  test('deletes the endpoint first, then its configuration and the models that nothing else names', async () => {
    const { code, stderr } = await endpoint(['delete', 'moderation', '--yes', '--interval', '1'], {
      others: ['model-2'],
    });
    expect(code).toBe(0);
    expect(stderr).toContain('Kept, because others use it: model-2');
    const deletions = server?.calls.filter(({ operation }) => operation.startsWith('Delete'));
    expect(deletions).toEqual([
      { operation: 'DeleteEndpoint', input: { EndpointName: 'moderation' } },
      { operation: 'DeleteEndpointConfig', input: { EndpointConfigName: 'config-1' } },
      { operation: 'DeleteModel', input: { ModelName: 'model-1' } },
    ]);
  });

  test('leaves an endpoint of a stack to cdk destroy', async () => {
    const { code, stderr } = await endpoint(['delete', 'moderation', '--yes'], { stack: 'Moderation' });
    expect(code).toBe(1);
    expect(stderr).toContain('npx cdk destroy -c stackName=Moderation');
    expect(server?.operations().filter((name) => name.startsWith('Delete'))).toEqual([]);
  });

  test('deletes nothing where nobody can be asked and --yes is not given', async () => {
    const { code, stderr } = await endpoint(['delete', 'moderation']);
    expect(code).toBe(2);
    expect(stderr).toContain('give --yes');
    expect(server?.operations().filter((name) => name.startsWith('Delete'))).toEqual([]);
  });
});
