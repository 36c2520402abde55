/** How an endpoint moves from one configuration to the next. */
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { CfnEndpoint } from 'aws-cdk-lib/aws-sagemaker';
import { type Duration, Token } from 'aws-cdk-lib/core';
import { fails, lasting, type Rule } from '../rules.js';
import { computable, secondsOf } from '../tokens.js';

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
 * Rules on the rollout of a fleet, watched by `alarms` alarms.
 *
 * @param fleet its fewest instances; undefined where that is known only at deployment
 * @param provisionSeconds how long SageMaker may look for capacity, where that is set
 */
export function rolloutRules(
  options: RolloutOptions,
  fleet: number | undefined,
  alarms: number,
  provisionSeconds = 0,
): Rule[] {
  const { strategy } = options;
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
    lasting('rollout.bakeTime', options.bakeTime, 0, 3600),
    lasting('rollout.terminationWait', options.terminationWait, 0, 3600),
    lasting('rollout.timeout', options.timeout, 600, 28_800),
    ...(isGuarded(options) ? [patienceRule(options, fleet, provisionSeconds)] : []),
  ];
}

/** The time limit must leave room for all waiting, as far as it is known. */
function patienceRule(options: RolloutOptions, fleet: number | undefined, provisionSeconds: number): Rule {
  const timeout = timeoutSeconds(options, fleet, provisionSeconds);
  const waiting = waitingSeconds(options, fleet) ?? 0;
  const looking = Token.isUnresolved(provisionSeconds) ? 0 : provisionSeconds;
  return {
    broken: fails(timeout, (known) => known > waiting + looking),
    problem: `rollout.timeout is ${timeout} s, but bakeTime after each step and terminationWait take ${waiting} s${looking > 0 ? `, and provisionTimeout ${looking} s` : ''}; raise the timeout.`,
  };
}

/** Seconds that a rollout waits on purpose: after each shift of traffic, and before the old fleet goes. */
function waitingSeconds(options: RolloutOptions, fleet: number | undefined): number | undefined {
  const { bake, termination } = waits(options);
  if (Token.isUnresolved(bake) || Token.isUnresolved(termination)) return undefined;
  const steps = options.strategy === 'linear' ? 100 / linearPercent(fleet) : 1;
  return steps * bake + termination;
}

/** In seconds; either may be known only at deployment. */
function waits({ bakeTime, terminationWait }: RolloutOptions): { bake: number; termination: number } {
  return {
    bake: bakeTime === undefined ? WAIT_S : secondsOf('rollout.bakeTime', bakeTime),
    termination:
      terminationWait === undefined ? WAIT_S : secondsOf('rollout.terminationWait', terminationWait),
  };
}

/** Starting a fleet takes about ten minutes; the rest is room for a slow one. */
function timeoutSeconds(
  options: RolloutOptions,
  fleet: number | undefined,
  provisionSeconds: number,
): number {
  if (options.timeout !== undefined) return secondsOf('rollout.timeout', options.timeout);
  const { bake, termination } = waits(options);
  computable('rollout.bakeTime', bake, NO_TIMEOUT);
  computable('rollout.terminationWait', termination, NO_TIMEOUT);
  computable('provisionTimeout', provisionSeconds, NO_TIMEOUT);
  return Math.min(28_800, (waitingSeconds(options, fleet) ?? 0) + provisionSeconds + WORK_S);
}

const NO_TIMEOUT = 'rollout.timeout, which must be longer, would follow it; give rollout.timeout as well';
const WAIT_S = 300;
const WORK_S = 3000;

/** Half is a whole number of instances of every fleet that a part can be taken of. */
function linearPercent(fleet: number | undefined): number {
  return fleet !== undefined && fleet >= 4 ? 25 : 50;
}

/** Whether a rollout has guardrails: the alarms that undo it, and the times that they are watched for. */
export function isGuarded({ strategy }: RolloutOptions): boolean {
  return strategy !== 'none';
}

/** The `DeploymentConfig`: blue/green, undone when one of the alarms goes off. */
export function deploymentConfig(
  options: RolloutOptions,
  fleet: number | undefined,
  alarmNames: readonly string[],
  provisionSeconds = 0,
): CfnEndpoint.DeploymentConfigProperty {
  const { bake, termination } = waits(options);
  return {
    autoRollbackConfiguration: { alarms: alarmNames.map((alarmName) => ({ alarmName })) },
    blueGreenUpdatePolicy: {
      trafficRoutingConfiguration: routing(options, fleet, bake),
      terminationWaitInSeconds: termination,
      maximumExecutionTimeoutInSeconds: timeoutSeconds(options, fleet, provisionSeconds),
    },
  };
}

/** A canary of one instance is at most half of any fleet of two; a linear step must be 10 to 50 % of the fleet. */
function routing(
  { strategy = DEFAULT_STRATEGY }: RolloutOptions,
  fleet: number | undefined,
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
