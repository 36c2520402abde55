/** What deployment guardrails ask of the fleet: names of variants, and parts of it that are whole instances. */
import type { CapacitySize, UpdateRule } from '../endpoint.js';
import { fleetSize } from '../fleet-size.js';
import { SOURCES } from '../sources.js';
import { ALL_AT_ONCE, UNGUARDED } from './remedies.js';
import { type Finding, type Update, when } from './rule.js';

export function variantNamesRule({ deployed, wanted }: Update): readonly Finding[] {
  const before = deployed.variants.map(({ name }) => name).sort();
  const after = wanted.variants.map(({ name }) => name).sort();
  const differ = before.join() !== after.join();
  return when(
    wanted.deployment !== undefined && deployed.kind === wanted.kind && differ,
    (): Finding => ({
      rule: 'variant-names',
      problem: `The variants of ${deployed.name} are ${before.join(', ')} and shall be ${after.join(', ')}; an update with deployment guardrails needs unchanged names.`,
      remedy: UNGUARDED,
      source: SOURCES.exclusions,
    }),
  );
}

/** A part of a fleet that SageMaker accepts is one instance or more, and at most this share of it. */
const MAX_SHARE = 0.5;

interface Part {
  readonly rule: UpdateRule;
  readonly what: string;
  readonly size: CapacitySize;
  /** Percent. */
  readonly min: number;
  readonly source: string;
}

export function partRules({ deployed, wanted }: Update): readonly Finding[] {
  return parts(wanted.deployment).flatMap((part) => [
    ...when(wanted.kind === 'serverless', () => ({
      rule: 'guardrails-serverless',
      problem: `The ${part.what} is a part of a fleet, and serverless hosting of ${wanted.name} has none.`,
      remedy: UNGUARDED,
      source: SOURCES.exclusions,
    })),
    ...wanted.variants.flatMap(({ name }) => {
      const fleet = fleetSize(deployed, wanted, name);
      return when(fleet !== undefined && !fits(part, fleet), () => ({
        rule: part.rule,
        problem: `The ${part.what} is ${sizeOf(part.size)}, and the variant ${name} of ${wanted.name} has ${fleet} instance${fleet === 1 ? '' : 's'} during the update; expected ${part.min > 0 ? `${part.min} to 50 %` : 'at most half'} of the fleet, and a whole instance of it.`,
        remedy: ALL_AT_ONCE,
        source: part.source,
      }));
    }),
  ]);
}

function parts(deployment: Update['wanted']['deployment']): readonly Part[] {
  const { routing } = deployment?.blueGreen ?? {};
  return [
    ...(routing?.type === 'CANARY' && routing.canarySize !== undefined
      ? [
          {
            rule: 'canary-size' as const,
            what: 'canary',
            size: routing.canarySize,
            min: 0,
            source: SOURCES.routing,
          },
        ]
      : []),
    ...(routing?.type === 'LINEAR' && routing.linearStepSize !== undefined
      ? [
          {
            rule: 'linear-size' as const,
            what: 'linear step',
            size: routing.linearStepSize,
            min: 10,
            source: SOURCES.routing,
          },
        ]
      : []),
    ...(deployment?.rolling?.batchSize === undefined
      ? []
      : [
          {
            rule: 'rolling-size' as const,
            what: 'rolling batch',
            size: deployment.rolling.batchSize,
            min: 5,
            source: SOURCES.rolling,
          },
        ]),
  ];
}

/** A percentage is rounded up to a whole instance at the least, so a fleet of one has no part. */
function fits({ size, min }: Part, fleet: number): boolean {
  const share = size.type === 'CAPACITY_PERCENT' ? size.value / 100 : size.value / fleet;
  return fleet >= 2 && share <= MAX_SHARE && share >= min / 100;
}

function sizeOf({ type, value }: CapacitySize): string {
  return type === 'CAPACITY_PERCENT' ? `${value} %` : `${value} instance${value === 1 ? '' : 's'}`;
}

export function rollingRule({ wanted }: Update): readonly Finding[] {
  return when(wanted.deployment?.rolling !== undefined && wanted.variants.length > 1, () => ({
    rule: 'rolling-variants',
    problem: `A rolling update is for endpoints of one variant, and ${wanted.name} has ${wanted.variants.length}.`,
    remedy: ALL_AT_ONCE,
    source: SOURCES.exclusions,
  }));
}
