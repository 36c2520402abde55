import { describe, expect, test } from '@jest/globals';
import {
  type DeployedEndpoint,
  type DeploymentConfig,
  ENDPOINT_STATUSES,
  UPDATE_RULES,
  type UpdateRule,
  type WantedEndpoint,
} from '../../../lib/sagemaker/update/endpoint.js';
import { fleetSize } from '../../../lib/sagemaker/update/fleet-size.js';
import { deployedEndpoint } from '../../../lib/sagemaker/update/read/deployed-endpoint.js';
import { updateRefusals } from '../../../lib/sagemaker/update/update-refusals.js';

const deployed: DeployedEndpoint = {
  name: 'moderation',
  kind: 'realtime',
  status: 'InService',
  variants: [{ name: 'Primary', instanceType: 'ml.g4dn.xlarge', desiredCount: 2, currentCount: 2 }],
  scaledVariants: ['Primary'],
};
const allAtOnce: DeploymentConfig = {
  blueGreen: {
    routing: { type: 'ALL_AT_ONCE', waitSeconds: 300 },
    terminationWaitSeconds: 300,
    timeoutSeconds: 3600,
  },
  alarmCount: 2,
};
const wanted: WantedEndpoint = {
  name: 'moderation',
  kind: 'realtime',
  variants: [{ name: 'Primary', instanceType: 'ml.g4dn.xlarge', initialCount: 1 }],
  retainAll: true,
  exceptRetained: ['DesiredWeight'],
  deployment: allAtOnce,
};
const primary = { name: 'Primary', instanceType: 'ml.g4dn.xlarge' };
const canary = (value: number, type: 'INSTANCE_COUNT' | 'CAPACITY_PERCENT' = 'INSTANCE_COUNT') => ({
  deployment: withRouting({ type: 'CANARY', waitSeconds: 300, canarySize: { type, value } }),
});
const linear = (value: number) => ({
  deployment: withRouting({
    type: 'LINEAR',
    waitSeconds: 300,
    linearStepSize: { type: 'CAPACITY_PERCENT', value },
  }),
});
const rolling = (value: number) => ({
  deployment: {
    rolling: { batchSize: { type: 'CAPACITY_PERCENT' as const, value }, waitSeconds: 60 },
    alarmCount: 1,
  },
});

function withRouting(
  routing: NonNullable<DeploymentConfig['blueGreen']>['routing'],
  rest: Partial<NonNullable<DeploymentConfig['blueGreen']>> = {},
): DeploymentConfig {
  return {
    blueGreen: { terminationWaitSeconds: 300, timeoutSeconds: 7200, ...rest, routing },
    alarmCount: 1,
  };
}

interface Case {
  readonly from?: Partial<DeployedEndpoint>;
  readonly to?: Partial<WantedEndpoint>;
}

const countOf = (count: number) => ({ variants: [{ ...primary, desiredCount: count, currentCount: count }] });
const twoVariants = { variants: [...wanted.variants, { ...primary, name: 'Second', initialCount: 1 }] };
const { deployment: _, ...unguarded } = wanted;

/** At least one update that each rule refuses. */
const REFUSED: Readonly<Record<UpdateRule, readonly Case[]>> = {
  'endpoint-status': [{ from: { status: 'Updating' } }, { from: { status: 'Failed' } }],
  'hosting-kind': [
    { to: { kind: 'serverless' } },
    { from: { kind: 'async' } },
    { from: { kind: 'scale-to-zero' } },
  ],
  'scaled-instance-type': [
    { to: { variants: [{ name: 'Primary', instanceType: 'ml.g5.xlarge', initialCount: 1 }] } },
  ],
  'scaled-variant-removed': [
    { to: { variants: [{ ...primary, name: 'Other', initialCount: 1 }] } },
    { from: { ...twoVariants, scaledVariants: ['Second'] } },
  ],
  'variant-names': [{ to: twoVariants }],
  'canary-size': [
    { from: countOf(1), to: canary(1) },
    { from: countOf(3), to: canary(2) },
    { to: canary(60, 'CAPACITY_PERCENT') },
    { from: countOf(1), to: canary(50, 'CAPACITY_PERCENT') },
    { from: countOf(0), to: canary(1) },
    { to: { ...canary(1), retainAll: false } },
    { to: { ...canary(1), exceptRetained: ['DesiredInstanceCount'] } },
  ],
  'linear-size': [{ to: linear(5) }, { to: linear(51) }, { from: countOf(1), to: linear(50) }],
  'rolling-size': [{ to: rolling(4) }, { to: rolling(51) }],
  'rolling-variants': [{ from: twoVariants, to: { ...twoVariants, ...rolling(50) } }],
  'guardrails-serverless': [
    {
      from: { kind: 'serverless' },
      to: { kind: 'serverless', variants: [{ name: 'Primary' }], ...canary(1) },
    },
  ],
  'one-policy': [{ to: { deployment: { ...allAtOnce, ...rolling(50).deployment } } }],
  'wait-range': [
    { to: { deployment: withRouting({ type: 'ALL_AT_ONCE', waitSeconds: 3601 }) } },
    {
      to: {
        deployment: withRouting({ type: 'ALL_AT_ONCE', waitSeconds: 0 }, { terminationWaitSeconds: -1 }),
      },
    },
  ],
  'timeout-range': [
    { to: { deployment: withRouting({ type: 'ALL_AT_ONCE', waitSeconds: 0 }, { timeoutSeconds: 599 }) } },
    { to: { deployment: withRouting({ type: 'ALL_AT_ONCE', waitSeconds: 0 }, { timeoutSeconds: 28_801 }) } },
  ],
  'timeout-too-short': [
    { to: { deployment: withRouting({ type: 'ALL_AT_ONCE', waitSeconds: 3600 }, { timeoutSeconds: 3900 }) } },
    {
      from: countOf(4),
      to: {
        deployment: withRouting(
          {
            type: 'LINEAR',
            waitSeconds: 900,
            linearStepSize: { type: 'CAPACITY_PERCENT', value: 25 },
          },
          { timeoutSeconds: 3600 },
        ),
      },
    },
  ],
  'alarm-count': [{ to: { deployment: { ...allAtOnce, alarmCount: 11 } } }],
  'alarm-missing': [{ to: { deployment: { ...allAtOnce, missingAlarms: ['gone'] } } }],
  'retained-properties': [{ to: { exceptRetained: ['DataCaptureConfig'] } }],
};

/** Updates that SageMaker documents to work. */
const ACCEPTED: Readonly<Record<string, Case>> = {
  'the same endpoint': {},
  'a canary of one on a fleet of two': { to: canary(1) },
  'a canary of half': { to: canary(50, 'CAPACITY_PERCENT') },
  'a canary on a fleet that scaling raised': { from: countOf(6), to: canary(3) },
  'a canary where the count comes from the new configuration': {
    from: countOf(1),
    to: {
      ...canary(1),
      retainAll: false,
      variants: [{ ...primary, initialCount: 2 }],
    },
  },
  'linear steps of a quarter': { from: countOf(4), to: linear(25) },
  'another instance type without scaling': {
    from: { scaledVariants: [] },
    to: { variants: [{ name: 'Primary', instanceType: 'ml.g5.xlarge', initialCount: 1 }] },
  },
  'an instance type that is known at deployment': { to: { variants: [{ name: 'Primary' }] } },
  'an endpoint whose rolling update was not undone': { from: { status: 'UpdateRollbackFailed' } },
  'no alarms': { to: { deployment: { ...allAtOnce, alarmCount: 0 } } },
};

const judge = ({ from, to }: Case) => updateRefusals({ ...deployed, ...from }, { ...wanted, ...to });

describe('what UpdateEndpoint refuses', () => {
  test.each(UPDATE_RULES)('%s', (rule) => {
    for (const entry of REFUSED[rule]) {
      const refusals = judge(entry);
      expect(refusals.map((refusal) => refusal.rule)).toContain(rule);
      for (const { problem, source } of refusals) {
        expect(problem).toMatch(/[.]$/);
        expect(source).toMatch(/^https:/);
      }
    }
  });

  test.each(Object.keys(ACCEPTED))('accepts %s', (name) => {
    expect(judge(ACCEPTED[name] ?? {})).toEqual([]);
  });

  test('accepts further variants without guardrails', () => {
    expect(updateRefusals(deployed, { ...unguarded, ...twoVariants })).toEqual([]);
  });

  test('every status is judged: those that pass by themselves are waited for', () => {
    const refused = ENDPOINT_STATUSES.filter((status) => judge({ from: { status } }).length > 0);
    expect(refused).toEqual(['Creating', 'Updating', 'SystemUpdating', 'RollingBack', 'Deleting', 'Failed']);
  });

  test('the commands take a scaled variant to another type: first the old one without scaling, then the new one', () => {
    const [refusal] = updateRefusals(
      deployed,
      { ...wanted, variants: [{ name: 'Primary', instanceType: 'ml.g5.xlarge', initialCount: 1 }] },
      (replaced) => `deploy ${JSON.stringify(replaced)}`,
    );
    expect(refusal?.fix).toEqual([
      'deploy {"scaling":"paused","instanceType":"ml.g4dn.xlarge"}',
      'deploy {}',
    ]);
  });
});

describe('a scaled variant with a pool of instance types', () => {
  const POOL = 'ml.g4dn.xlarge,ml.g6.xlarge';
  const runsOn = (instanceType: string) => ({ variants: [{ ...primary, instanceType, desiredCount: 2 }] });
  const shown = (replaced: Readonly<Record<string, string>>) => JSON.stringify(replaced);

  test.each([
    ['another pool', POOL, 'ml.g5.xlarge,ml.g6.xlarge', `{"scaling":"paused","instancePool":"${POOL}"}`],
    ['a type', POOL, 'ml.g5.xlarge', `{"scaling":"paused","instancePool":"${POOL}","instanceType":""}`],
    ['a pool', 'ml.g5.xlarge', POOL, '{"scaling":"paused","instanceType":"ml.g5.xlarge","instancePool":""}'],
  ])('cannot get %s while it is scaled', (_title, before, after, step) => {
    const [refusal] = updateRefusals(
      { ...deployed, ...runsOn(before) },
      { ...wanted, ...runsOn(after) },
      shown,
    );
    expect(refusal?.rule).toBe('scaled-instance-type');
    expect(refusal?.fix).toEqual([step, '{}']);
  });

  test('keeps it over other updates', () => {
    expect(updateRefusals({ ...deployed, ...runsOn(POOL) }, { ...wanted, ...runsOn(POOL) })).toEqual([]);
  });

  test('is read from what AWS describes, in the order of preference', () => {
    const pools = [
      { InstanceType: 'ml.g6.xlarge', Priority: 2 },
      { InstanceType: 'ml.g4dn.xlarge', Priority: 1 },
    ];
    const config = { ProductionVariants: [{ VariantName: 'Primary', ModelName: 'm', InstancePools: pools }] };
    const endpoint = { EndpointName: 'moderation', EndpointStatus: 'InService' };
    expect(deployedEndpoint(endpoint, config, []).variants).toEqual([
      { name: 'Primary', instanceType: POOL },
    ]);
  });
});

describe('the fleet during an update', () => {
  test('keeps the count that scaling has reached, if that is retained', () => {
    expect(fleetSize(deployed, wanted, 'Primary')).toBe(2);
    expect(fleetSize(deployed, { ...wanted, retainAll: false }, 'Primary')).toBe(1);
    expect(fleetSize(deployed, { ...wanted, ...twoVariants }, 'Second')).toBe(1);
    expect(fleetSize(deployed, wanted, 'Unknown')).toBeUndefined();
  });
});
