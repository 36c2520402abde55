import { describe, expect, test } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import fc from 'fast-check';
import { deploymentRefusals } from '../../lib/cli/deploy/deployment-refusals.js';
import { ModelSource } from '../../lib/infra/constructs/model/model-source.js';
import { createStack } from '../../lib/infra/stacks/create-stack.js';
import { deployCommand } from '../../lib/infra/stacks/deploy-command.js';
import { HOSTING_KINDS } from '../../lib/sagemaker/hosting-kind.js';
import type { Template as TemplateJson } from '../../lib/sagemaker/template/template.js';
import type { Refusal } from '../../lib/sagemaker/update/endpoint.js';
import { Refused, SimulatedAws } from './support/simulated-aws.js';
import { IMAGE_URI, MODEL_FOLDER, newApp, synthesize } from './support/synthesize.js';

type Context = Readonly<Record<string, string>>;

const OTHER_MODEL = 'test/fixtures/models/clip-tiny';
const known = new Map<string, TemplateJson>();

/** The template of the app with these settings; throws where they contradict each other. */
function templateOf(context: Context): TemplateJson {
  const key = JSON.stringify(Object.entries(context).sort());
  const template =
    known.get(key) ??
    (Template.fromStack(
      createStack(newApp({ model: MODEL_FOLDER, image: IMAGE_URI, ...context })),
    ).toJSON() as TemplateJson);
  known.set(key, template);
  return template;
}

function check(aws: SimulatedAws, context: Context): Promise<readonly Refusal[]> {
  return deploymentRefusals(aws, templateOf(context), deployCommand(context));
}

/** The settings of a command that a message gives; undefined for a command that deploys nothing. */
function settingsOf(command: string): Context | undefined {
  if (!command.startsWith('npx cdk deploy')) return undefined;
  const pairs = [...command.matchAll(/ -c (\S+?)=(\S*)/g)].map(([, key, value]) => [key, value]);
  return Object.fromEntries(pairs) as Context;
}

/** Deploys by the check, and by the commands that it gives where it refuses. */
async function deploy(aws: SimulatedAws, context: Context): Promise<readonly string[]> {
  const [refusal] = await check(aws, context);
  if (refusal === undefined) {
    aws.deploy(templateOf(context));
    return [];
  }
  const commands = refusal.fix.map(settingsOf).filter((settings) => settings !== undefined);
  for (const settings of commands) {
    expect(await check(aws, settings)).toEqual([]);
    aws.deploy(templateOf(settings));
  }
  return [refusal.rule];
}

async function deployed(context: Context): Promise<SimulatedAws> {
  const aws = new SimulatedAws();
  expect(await check(aws, context)).toEqual([]);
  aws.deploy(templateOf(context));
  return aws;
}

async function only(aws: SimulatedAws) {
  const [name = ''] = aws.names;
  expect(aws.names).toHaveLength(1);
  const endpoint = await aws.endpoint(name);
  if (endpoint === undefined) throw new Error('no endpoint');
  return endpoint;
}

describe('an update of the app', () => {
  test('from one instance to two lifts the fleet by scaling alone', async () => {
    const aws = await deployed({});
    expect(await deploy(aws, { minInstances: '2' })).toEqual([]);
    expect((await only(aws)).variants[0]?.desiredCount).toBe(2);
    expect(aws.updates).toBe(0);
  });

  test('from one instance to two with another model moves all at once, which SageMaker accepts', async () => {
    const aws = await deployed({});
    expect(await deploy(aws, { minInstances: '2', model: OTHER_MODEL })).toEqual([]);
    expect((await only(aws)).variants[0]?.desiredCount).toBe(2);
    expect(aws.updates).toBe(1);
  });

  test('by canary is refused on a fleet of one, and goes once the fleet is of two', async () => {
    const aws = await deployed({});
    const canary = { minInstances: '2', rollout: 'canary', model: OTHER_MODEL };
    const [refusal] = await check(aws, canary);
    expect(refusal?.problem).toContain('The canary is 1 instance, and the variant Primary of');
    expect(refusal?.problem).toContain('has 1 instance during the update');
    expect(await deploy(aws, canary)).toEqual(['canary-size']);
    expect(await deploy(aws, { ...canary, model: MODEL_FOLDER })).toEqual([]);
  });

  test('to another instance type is refused while the fleet is scaled; the commands do it in two steps', async () => {
    const aws = await deployed({ minInstances: '2', maxInstances: '4' });
    aws.change((await only(aws)).name, {
      variants: [{ name: 'Primary', instanceType: 'ml.g4dn.xlarge', desiredCount: 3, currentCount: 3 }],
    });
    const next = { minInstances: '2', maxInstances: '4', instanceType: 'ml.g5.xlarge' };
    expect(() => aws.deploy(templateOf(next))).toThrow(Refused);
    const [refusal] = await check(aws, next);
    expect(refusal?.fix).toEqual([
      'npx cdk deploy -c minInstances=2 -c maxInstances=4 -c instanceType=ml.g4dn.xlarge -c scaling=paused',
      'npx cdk deploy -c minInstances=2 -c maxInstances=4 -c instanceType=ml.g5.xlarge',
    ]);
    expect(await deploy(aws, next)).toEqual(['scaled-instance-type']);
    expect(await only(aws)).toMatchObject({
      variants: [{ instanceType: 'ml.g5.xlarge', desiredCount: 3 }],
      scaledVariants: ['Primary'],
    });
    expect(aws.updates).toBe(1);
  });

  test('to another instance type and no scaling needs no bounds that fit', async () => {
    const aws = await deployed({});
    const next = { instanceType: 'ml.g5.xlarge', scaling: 'false', instanceCount: '3', minInstances: '1' };
    expect(await deploy(aws, next)).toEqual(['scaled-instance-type']);
    expect((await only(aws)).variants[0]).toMatchObject({ instanceType: 'ml.g5.xlarge', desiredCount: 3 });
  });

  test.each(['realtime', 'async'])('that pauses scaling of %s leaves the endpoint as it is', (hosting) => {
    const resource = (context: Context) => {
      const { Resources } = templateOf({ hosting, maxInstances: '3', ...context });
      return Object.entries(Resources).filter(([, { Type }]) => !Type.includes('AutoScaling'));
    };
    const endpoint = (context: Context) => resource(context).filter(([, { Type }]) => /SageMaker/.test(Type));
    expect(endpoint({ scaling: 'paused' })).toEqual(endpoint({}));
    expect(templateOf({ hosting, scaling: 'paused' }).Resources).not.toEqual(
      templateOf({ hosting }).Resources,
    );
  });

  test('without scaling has the count of the settings, whatever runs', async () => {
    const aws = await deployed({ minInstances: '2' });
    expect(await deploy(aws, { scaling: 'false', instanceCount: '3' })).toEqual([]);
    expect((await only(aws)).variants[0]?.desiredCount).toBe(3);
    expect(await deploy(aws, { scaling: 'false', instanceCount: '1', instanceType: 'ml.g5.xlarge' })).toEqual(
      [],
    );
    expect((await only(aws)).variants[0]).toMatchObject({ instanceType: 'ml.g5.xlarge', desiredCount: 1 });
  });

  test('to another hosting makes an endpoint of another name and removes the old one', async () => {
    const aws = await deployed({});
    const first = (await only(aws)).name;
    for (const hosting of ['async', 'serverless', 'scale-to-zero', 'realtime']) {
      expect(await deploy(aws, { hosting, ...(hosting === 'serverless' && { precision: 'int8' }) })).toEqual(
        [],
      );
      expect((await only(aws)).kind).toBe(hosting);
    }
    expect((await only(aws)).name).toBe(first);
    expect(aws.updates).toBe(0);
  });

  test('to another hosting under a fixed name is refused, and the command gives another name', async () => {
    const aws = await deployed({ endpointName: 'moderation' });
    const next = { endpointName: 'moderation', hosting: 'async' };
    expect(() => aws.deploy(templateOf(next))).toThrow(Refused);
    const [refusal] = await check(aws, next);
    expect(refusal).toMatchObject({
      rule: 'hosting-kind',
      fix: ['npx cdk deploy -c endpointName=moderation-async -c hosting=async'],
    });
    expect(await deploy(aws, next)).toEqual(['hosting-kind']);
    expect(await only(aws)).toMatchObject({ name: 'moderation-async', kind: 'async' });
  });

  test('of an endpoint that is being updated is refused until it is in service', async () => {
    const aws = await deployed({});
    aws.change((await only(aws)).name, { status: 'Updating' });
    const [refusal] = await check(aws, { model: OTHER_MODEL });
    expect(refusal?.fix[0]).toMatch(/^npx moderate endpoint wait /);
    aws.change((await only(aws)).name, { status: 'Failed' });
    const [failed] = await check(aws, { model: OTHER_MODEL, costCenter: 'safety' });
    expect(failed?.fix.at(-2)).toBe(`npx cdk destroy -c model=${OTHER_MODEL} -c costCenter=safety`);
    aws.change((await only(aws)).name, { status: 'Updating' });
    expect(await check(aws, {})).toEqual([]);
  });

  test('of an endpoint that was deleted past the stack is refused, and so is a name that is taken', async () => {
    const aws = await deployed({ endpointName: 'moderation' });
    aws.delete('moderation');
    expect(await deploy(aws, { endpointName: 'moderation', model: OTHER_MODEL })).toEqual([
      'endpoint-missing',
    ]);
    const other = new SimulatedAws();
    other.deploy(templateOf({ endpointName: 'taken' }));
    const stackless = { template: async () => undefined, endpoint: (name: string) => other.endpoint(name) };
    const refusals = await deploymentRefusals(
      stackless,
      templateOf({ endpointName: 'taken' }),
      deployCommand({ endpointName: 'taken' }),
    );
    expect(refusals.map(({ rule }) => rule)).toEqual(['name-taken']);
    expect(refusals[0]?.fix).toContain('npx cdk deploy -c endpointName=taken-2');
  });
});

describe('an update of the construct', () => {
  const variants = (names: readonly string[], strategy?: 'none' | 'all-at-once') =>
    synthesize({
      hosting: {
        kind: 'realtime',
        variants: names.map((name) => ({ name, model: ModelSource.fromPack(OTHER_MODEL) })),
      },
      ...(strategy && { rollout: { strategy } }),
    }).toJSON() as TemplateJson;

  test('that adds a variant works without guardrails only', async () => {
    const aws = new SimulatedAws();
    aws.deploy(variants([]));
    const rules = async (template: TemplateJson) =>
      (await deploymentRefusals(aws, template, deployCommand({}))).map(({ rule }) => rule);
    expect(await rules(variants(['Clip']))).toEqual(['variant-names']);
    expect(await rules(variants(['Clip'], 'none'))).toEqual([]);
    aws.deploy(variants(['Clip'], 'none'));
    expect(await rules(variants([], 'none'))).toEqual(['scaled-variant-removed']);
  });

  test('counts on the fewest instances that a schedule leaves', () => {
    const night = { name: 'night', schedule: 'cron(0 22 * * ? *)', minInstances: 1 };
    expect(() =>
      synthesize({
        hosting: { kind: 'realtime', scaling: { minInstances: 2, schedules: [night] } },
        rollout: { strategy: 'canary' },
      }),
    ).toThrow('rollout.strategy is canary for a fleet of 1 instance');
  });
});

describe('for any two settings', () => {
  const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
  const context = fc
    .record({
      hosting: optional(fc.constantFrom(...HOSTING_KINDS)),
      instanceType: optional(fc.constantFrom('ml.g5.xlarge', 'ml.c6i.xlarge')),
      instancePool: optional(fc.constantFrom('ml.g4dn.xlarge,ml.g6.xlarge', 'ml.c6i.xlarge,ml.c5.xlarge')),
      instanceCount: optional(fc.constantFrom('2', '3')),
      minInstances: optional(fc.constantFrom('1', '2', '4')),
      maxInstances: optional(fc.constantFrom('4', '6')),
      scaling: optional(fc.constantFrom('true', 'false', 'paused')),
      rollout: optional(fc.constantFrom('all-at-once', 'canary', 'linear', 'none')),
      endpointName: optional(fc.constant('moderation')),
      model: optional(fc.constant(OTHER_MODEL)),
      precision: fc.constant('int8'),
    })
    .map((settings) => JSON.parse(JSON.stringify(settings)) as Context)
    .filter(isValid);

  test('the check refuses what an update would be refused for, and its commands get there', async () => {
    const rules = new Set<string>();
    await fc.assert(
      fc.asyncProperty(context, context, fc.nat({ max: 5 }), async (before, after, more) => {
        const standing = async () => {
          const aws = await deployed(before);
          await scaleOut(aws, more);
          return aws;
        };
        const refusals = await check(await standing(), after);
        const trial = await standing();
        const update = () => trial.deploy(templateOf(after));
        if (refusals.length > 0) expect(update).toThrow(Refused);
        else expect(update).not.toThrow();
        for (const { rule } of refusals) rules.add(rule);

        const aws = await standing();
        await deploy(aws, after);
        const { kind, variants } = await only(aws);
        expect(kind).toBe(after['hosting'] ?? 'realtime');
        if (kind !== 'serverless') {
          expect(variants[0]?.instanceType).toBe(
            after['instancePool'] ?? after['instanceType'] ?? 'ml.g4dn.xlarge',
          );
        }
      }),
      { numRuns: 25 },
    );
    // Settings that break no rule would show nothing.
    expect(rules).toContain('scaled-instance-type');
  });
});

/** What load does to a fleet that is scaled. */
async function scaleOut(aws: SimulatedAws, more: number): Promise<void> {
  const { name, variants, scaledVariants } = await only(aws);
  aws.change(name, {
    variants: variants.map((variant) =>
      scaledVariants.includes(variant.name)
        ? { ...variant, desiredCount: (variant.desiredCount ?? 0) + more }
        : variant,
    ),
  });
}

function isValid(context: Context): boolean {
  try {
    templateOf(context);
    return true;
  } catch {
    return false;
  }
}
