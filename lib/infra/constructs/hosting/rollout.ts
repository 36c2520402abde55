/** How an endpoint moves from one configuration to the next. */
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { CfnEndpoint } from 'aws-cdk-lib/aws-sagemaker';
import { type Duration, Token } from 'aws-cdk-lib/core';
import type { Rule } from '../rules.js';
import { fails } from '../rules.js';

export const ROLLOUT_STRATEGIES = ['all-at-once', 'canary', 'linear', 'none'] as const;
export type RolloutStrategy = (typeof ROLLOUT_STRATEGIES)[number];

export interface RolloutOptions {
  /**
   * Each but `none` starts a new fleet beside the old one, and goes back to the old one when an alarm goes off.
   * `all-at-once` moves all traffic in one step. `canary` sends traffic to one new instance first, `linear` moves it in
   * steps; SageMaker accepts both only for a fleet that runs two instances or more, which a template cannot know, so they
   * must be asked for. `none` does without alarms and waiting: the one way to add, rename or remove a variant.
   *
   * @default all-at-once
   */
  readonly strategy?: RolloutStrategy;
  /** How long each step is watched, 0 to 3600 s. @default 5 minutes */
  readonly bakeTime?: Duration;
  /** How long the old fleet is kept after all traffic has moved, 0 to 3600 s. @default 5 minutes */
  readonly terminationWait?: Duration;
  /** After this the update is undone, 600 to 28800 s; longer than all waiting. @default - all waiting, provisionTimeout and 50 minutes */
  readonly timeout?: Duration;
  /** Further alarms that undo an update, besides the endpoint's own two a variant; 10 in all. @default - none */
  readonly alarms?: readonly IAlarm[];
}

const DEFAULT_STRATEGY = 'all-at-once';

/** SageMaker reads no more. */
export const MAX_ROLLBACK_ALARMS = 10;

/**
 * Rules on the rollout of a fleet of at least `fleet` instances, watched by `alarms` alarms.
 *
 * @param provisionSeconds how long SageMaker may look for capacity, where that is set
 */
export function rolloutRules(
  options: RolloutOptions,
  fleet: number,
  alarms: number,
  provisionSeconds = 0,
): Rule[] {
  const looking = knownSeconds(provisionSeconds);
  const { strategy } = options;
  const timeout = timeoutSeconds(options, fleet, provisionSeconds);
  const waiting = waitingSeconds(options, fleet);
  const seconds = (name: string, value: Duration | undefined, min: number, max: number): Rule => ({
    broken:
      value !== undefined && !value.isUnresolved() && !(value.toSeconds() >= min && value.toSeconds() <= max),
    problem: `rollout.${name} is ${value?.toString()}; expected ${min} to ${max} s.`,
  });
  return [
    {
      broken: (strategy === 'canary' || strategy === 'linear') && fails(fleet, (count) => count >= 2),
      problem: `rollout.strategy is ${strategy} for a fleet of ${fleet} instance; a part of it must stay behind, so set minInstances to 2 or more, or use all-at-once.`,
    },
    {
      broken: strategy === 'none' && Object.keys(options).length > 1,
      problem: `rollout.strategy is none, which neither waits nor reads alarms; leave out ${Object.keys(
        options,
      )
        .filter((name) => name !== 'strategy')
        .join(', ')}.`,
    },
    {
      broken: strategy !== 'none' && alarms > MAX_ROLLBACK_ALARMS,
      problem: `${alarms} alarms may undo an update; SageMaker reads ${MAX_ROLLBACK_ALARMS}. Leave some out of rollout.alarms.`,
    },
    seconds('bakeTime', options.bakeTime, 0, 3600),
    seconds('terminationWait', options.terminationWait, 0, 3600),
    seconds('timeout', options.timeout, 600, 28_800),
    {
      broken: timeout <= waiting + looking,
      problem: `rollout.timeout is ${timeout} s, but bakeTime after each step and terminationWait take ${waiting} s${looking > 0 ? `, and provisionTimeout ${looking} s` : ''}; raise the timeout.`,
    },
  ];
}

/** Seconds that a rollout waits on purpose: after each shift of traffic, and before the old fleet goes. */
function waitingSeconds({ strategy, bakeTime, terminationWait }: RolloutOptions, fleet: number): number {
  if (bakeTime?.isUnresolved() || terminationWait?.isUnresolved()) return 0;
  const steps = strategy === 'linear' ? 100 / linearPercent(fleet) : 1;
  return steps * (bakeTime?.toSeconds() ?? WAIT_S) + (terminationWait?.toSeconds() ?? WAIT_S);
}

/** Starting a fleet takes about ten minutes; the rest is room for a slow one. */
function timeoutSeconds(options: RolloutOptions, fleet: number, provisionSeconds: number): number {
  if (options.timeout?.isUnresolved()) return Number.POSITIVE_INFINITY;
  const usual = waitingSeconds(options, fleet) + knownSeconds(provisionSeconds) + WORK_S;
  return options.timeout?.toSeconds() ?? Math.min(28_800, usual);
}

/** What is known only at deployment is not counted. */
function knownSeconds(value: number): number {
  return Token.isUnresolved(value) ? 0 : value;
}

const WAIT_S = 300;
const WORK_S = 3000;

function linearPercent(fleet: number): number {
  return fleet >= 4 ? 25 : 50;
}

/** Whether a rollout has guardrails: the alarms that undo it, and the times that they are watched for. */
export function isGuarded({ strategy }: RolloutOptions): boolean {
  return strategy !== 'none';
}

/** The `DeploymentConfig`: blue/green, undone when one of the alarms goes off. */
export function deploymentConfig(
  options: RolloutOptions,
  fleet: number,
  alarmNames: readonly string[],
  provisionSeconds = 0,
): CfnEndpoint.DeploymentConfigProperty {
  return {
    autoRollbackConfiguration: { alarms: alarmNames.map((alarmName) => ({ alarmName })) },
    blueGreenUpdatePolicy: {
      trafficRoutingConfiguration: routing(options, fleet, options.bakeTime?.toSeconds() ?? WAIT_S),
      terminationWaitInSeconds: options.terminationWait?.toSeconds() ?? WAIT_S,
      maximumExecutionTimeoutInSeconds:
        options.timeout?.toSeconds() ?? timeoutSeconds(options, fleet, provisionSeconds),
    },
  };
}

/** A canary of one instance is at most half of any fleet of two; a linear step must be 10 to 50 % of the fleet. */
function routing(
  { strategy = DEFAULT_STRATEGY }: RolloutOptions,
  fleet: number,
  waitIntervalInSeconds: number,
): CfnEndpoint.TrafficRoutingConfigProperty {
  switch (strategy) {
    case 'canary':
      return { type: 'CANARY', waitIntervalInSeconds, canarySize: { type: 'INSTANCE_COUNT', value: 1 } };
    case 'linear':
      return {
        type: 'LINEAR',
        waitIntervalInSeconds,
        linearStepSize: { type: 'CAPACITY_PERCENT', value: linearPercent(fleet) },
      };
    default:
      return { type: 'ALL_AT_ONCE', waitIntervalInSeconds };
  }
}
